"""The scenario of tests/clients/README.md, sent by sentry-sdk 2."""

import sys

import sentry_sdk


def reserve():
    raise LookupError("no stock")


def pay():
    total = 3
    try:
        reserve()
    except LookupError as cause:
        raise ValueError("cannot pay") from cause
    return total


sentry_sdk.init(dsn=sys.argv[1], release="shop@1.2.3", environment="staging")
sentry_sdk.set_tag("plan", "pro")
sentry_sdk.set_user({"id": "42", "email": "lin@example.com"})
sentry_sdk.add_breadcrumb(category="ui", message="opened the cart", level="info")
try:
    pay()
except ValueError as error:
    sentry_sdk.capture_exception(error)
with sentry_sdk.new_scope() as scope:
    scope.fingerprint = ["checkout", "empty"]
    sentry_sdk.capture_message("the cart is empty", level="warning")
sentry_sdk.flush(timeout=10)
