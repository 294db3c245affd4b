"""The Redis broker: kombu's transport, without what ends a worker when Redis goes away in mid-task.

On a lost connection the stock transport tries to put unfinished hints back through that very
connection, and to acknowledge them later; both raise what the worker does not survive. A hint
may be lost here: the ledger decides, and the sweeper rings again.
"""

from kombu.transport import redis, virtual


class QoS(redis.QoS):
    def ack(self, delivery_tag: str) -> None:
        if self.channel.closed:
            virtual.QoS.ack(self, delivery_tag)
        else:
            super().ack(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        if self.channel.closed:
            virtual.QoS.ack(self, delivery_tag)
        else:
            super().reject(delivery_tag, requeue)


class Channel(redis.Channel):
    QoS = QoS
    do_restore = False


class Transport(redis.Transport):
    Channel = Channel
