#!/usr/bin/env python3
"""Takes notifications with oslo.messaging itself, as ceilometer and others do.

Arguments: address of the broker, exchange, topic. It prints "ready", and then a line of JSON for each notification
that it is handed: priority, publisher, type of event, payload, message id, context. It ends when its standard input
does.
"""
import json
import sys
import threading

from oslo_config import cfg
import oslo_messaging


class Endpoint(object):
    """Is handed what oslo.messaging has taken out of its envelope."""

    def _tell(self, priority, context, publisher, event, payload, metadata):
        print(json.dumps({
            "priority": priority,
            "publisher_id": publisher,
            "event_type": event,
            "payload": payload,
            "message_id": metadata["message_id"],
            "timestamp": metadata["timestamp"],
            "request_id": context.get("request_id"),
        }), flush=True)

    def info(self, *told):
        self._tell("info", *told)

    def error(self, *told):
        self._tell("error", *told)


def main():
    address, exchange, topic = sys.argv[1:]
    conf = cfg.ConfigOpts()
    conf([], project="notification-listener")
    transport = oslo_messaging.get_notification_transport(conf, url=address)
    listener = oslo_messaging.get_notification_listener(
        transport, [oslo_messaging.Target(exchange=exchange, topic=topic)], [Endpoint()], executor="threading")
    listener.start()
    print("ready", flush=True)
    sys.stdin.read()
    listener.stop()
    listener.wait()


if __name__ == "__main__":
    main()
