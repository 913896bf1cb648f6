// What scripts do with the web API, through the published client `sentry-api`, which knows nothing of Picket.
// Arguments: the server's address and a token. Prints one line of JSON per step.
import { readFileSync } from "node:fs";
import sentryApi from "sentry-api";

const [address, token] = process.argv.slice(2);
const sentry = new sentryApi.Client(address, { token });
const tell = (step, value) => console.log(JSON.stringify({ step, value }));
const slugs = (rows) => rows.map((row) => row.slug).sort();

tell("organization", (await sentry.organizations.get("acme")).slug);
tell("team", (await sentry.teams.create("acme", { name: "Payments" })).slug);
tell("project", (await sentry.teams.createProject("acme", "payments", { name: "Checkout", slug: "checkout" })).slug);
tell("projects of the team", slugs(await sentry.teams.projects("acme", "payments")));
tell("projects", slugs(await sentry.organizations.projects("acme")));
tell("rename", (await sentry.projects.update("acme", "checkout", { name: "Checkout 2" })).name);

const key = await sentry.projects.createKey("acme", "checkout", { name: "ci" });
tell("key", key.name);
tell("disable", (await sentry.projects.updateKey("acme", "checkout", key.id, { isActive: false })).isActive);
await sentry.projects.deleteKey("acme", "checkout", key.id);
tell("keys", (await sentry.projects.keys("acme", "checkout")).length);

tell("release", (await sentry.releases.create("acme", "shop", { version: "shop@2.0" })).version);
const file = await sentry.releases.createFile("acme", "shop", "shop@2.0", {
  name: "~/app.js",
  file: { value: readFileSync(new URL(import.meta.url)), options: { filename: "app.js" } },
});
tell("file", file.name);
tell("files", (await sentry.releases.files("acme", "shop", "shop@2.0")).map((row) => row.name));
await sentry.releases.deleteFile("acme", "shop", "shop@2.0", file.id);
tell("releases", (await sentry.projects.releases("acme", "shop")).map((row) => row.version).sort());

tell("tag", (await sentry.projects.tag("acme", "shop", "plan")).map((row) => [row.value, row.count]));
tell("counted", (await sentry.projects.stats("acme", "shop")).reduce((sum, [, count]) => sum + count, 0));

const [issue] = await sentry.get("projects/acme/shop/issues/", { query: "is:unresolved plan:pro", sort: "freq" });
tell("issue", issue.title);
tell("event", (await sentry.get(`issues/${issue.id}/events/latest/`)).eventID);
tell("note", (await sentry.post(`issues/${issue.id}/notes/`, { text: "Looking into it" })).data.text);
const resolved = await sentry.put(`issues/${issue.id}/`, { status: "resolved", statusDetails: { inNextRelease: true } });
tell("resolved", [resolved.status, resolved.statusDetails.inNextRelease]);
const left = await sentry.get("projects/acme/shop/issues/", { query: "is:unresolved" });
tell("left", left.map((row) => row.title));
const refused = await sentry.get("projects/acme/shop/issues/", { query: "timesSeen:lots" }).catch((error) => error.message);
tell("refused", refused);
