"""Words that make the steps of a journey read as one: given somebody, when they …, then they …."""


def given(person):
    return person


def when(person):
    return person


def then(person):
    return person
