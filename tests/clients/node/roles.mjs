// What each role may do, through the published client `sentry-api`, which knows nothing of Picket.
// Arguments: the server's address, a token, and a name for what is made. Prints one line of JSON per step: whether it
// was done, or what the refusal says.
import sentryApi from "sentry-api";

const [address, token, name] = process.argv.slice(2);
const sentry = new sentryApi.Client(address, { token });

async function tell(step, call) {
  let value = "done";
  try {
    await call();
  } catch (error) {
    value = error.message;
  }
  console.log(JSON.stringify({ step, value }));
}

await tell("read", () => sentry.organizations.get("acme"));
await tell("projects", () => sentry.organizations.projects("acme"));
const issues = await sentry.get("projects/acme/shop/issues/", { query: "" }).catch(() => [{ id: "1" }]);
await tell("triage", () => sentry.put(`issues/${issues[0].id}/`, { status: "resolved" }));
await tell("release", () => sentry.releases.create("acme", "shop", { version: `shop@${name}` }));
await tell("key", () => sentry.projects.createKey("acme", "shop", { name }));
await tell("team", () => sentry.teams.create("acme", { name: `${name} team` }));
await tell("invite", () => sentry.post("organizations/acme/members/", { email: `${name}@else.example`, role: "member" }));
await tell("audit", () => sentry.get("organizations/acme/audit-logs/"));
await tell("rename", () => sentry.put("organizations/acme/", { name: "Acme" }));
await tell("promote", () => sentry.post("organizations/acme/members/", { email: `${name}@boss.example`, role: "owner" }));
