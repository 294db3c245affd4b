"""Which journeys are told on PostgreSQL with Redis too; the others only on the embedded stack."""


def on_both_stacks(journey):
    journey.on_both_stacks = True
    return journey
