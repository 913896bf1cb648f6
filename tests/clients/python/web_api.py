"""What scripts do with the web API, through the published client `sentry-api-python`, which knows nothing of Picket.

Arguments: the server's address, a token, and a name for what is made. Prints one line of JSON per step: what came of it,
or how the client names the refusal.
"""

import json
import sys

from sentry_api.api import SentryApi
from sentry_api.exceptions import SentryApiHttpException

address, token, name = sys.argv[1:]
sentry = SentryApi(organization_slug="acme", token=token, endpoint_url=f"{address}/api/0/")


def tell(step, call):
    try:
        value = call()
    except SentryApiHttpException as refused:
        value = type(refused).__name__.removeprefix("SentryApi").removesuffix("Exception")
    print(json.dumps({"step": step, "value": value}))


tell("project", lambda: sentry.projects.get("shop").json()["slug"])
tell("team", lambda: sentry.teams.get("team").json()["slug"])
tell("create", lambda: sentry.projects.create("team", {"name": name, "slug": name}).json()["slug"])
tell("again", lambda: sentry.projects.create("team", {"name": name, "slug": name}).json()["slug"])
tell("upsert", lambda: sentry.projects.upsert("team", name, {"name": name.upper(), "slug": name}).json()["name"])
tell("rename", lambda: sentry.projects.update("shop", {"name": "Shop", "platform": None}).json()["name"])
tell("nothing", lambda: sentry.projects.get("nothing").json()["slug"])
