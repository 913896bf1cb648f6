"""The scenario of tests/clients/README.md, sent by raven 6, which came before sentry-sdk."""

import sys

from raven import Client
from raven.transport.http import HTTPTransport


def reserve():
    raise LookupError("no stock")


def pay():
    total = 3
    try:
        reserve()
    except LookupError as cause:
        raise ValueError("cannot pay") from cause
    return total


client = Client(sys.argv[1], release="shop@1.2.3", environment="staging", transport=HTTPTransport)
client.tags_context({"plan": "pro"})
client.user_context({"id": "42", "email": "lin@example.com"})
client.captureBreadcrumb(category="ui", message="opened the cart", level="info")
try:
    pay()
except ValueError:
    client.captureException()
client.captureMessage("the cart is empty", level="warning", fingerprint=["checkout", "empty"])
