// An OpenID Connect provider for the tests: node oidc/provider.mjs PORT REDIRECT_URI
// Whoever comes is signed in as the person that POST /person last said, with the claims that it gave.
import http from "node:http";
import { generateKeyPair, exportJWK } from "jose";
import Provider from "oidc-provider";

const [port, redirectUri] = process.argv.slice(2);
let person = { sub: "1" };

const key = async (alg, kid, options) => {
  const { privateKey } = await generateKeyPair(alg, { extractable: true, ...options });
  return { ...(await exportJWK(privateKey)), alg, kid, use: "sig" };
};
const keys = [await key("RS256", "rsa"), await key("ES256", "ec"), await key("EdDSA", "ed", { crv: "Ed25519" })];

const client = (id, alg, extra = {}) => ({
  client_id: id,
  client_secret: "a secret with / and +",
  redirect_uris: [redirectUri],
  response_types: ["code"],
  grant_types: ["authorization_code"],
  id_token_signed_response_alg: alg,
  ...extra,
});

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    client("rsa", "RS256"),
    client("ec", "ES256", { token_endpoint_auth_method: "client_secret_post" }),
    client("ed", "EdDSA"),
  ],
  jwks: { keys },
  scopes: ["openid", "profile", "email"],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "preferred_username", "groups"] },
  enabledJWA: { idTokenSigningAlgValues: ["RS256", "ES256", "EdDSA"] },
  features: { devInteractions: { enabled: false } },
  pkce: { required: () => true },
  cookies: { keys: ["test"] },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (ctx, sub) => ({ accountId: sub, claims: () => ({ ...person, sub }) }),
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope("openid profile email");
    await grant.save();
    return grant;
  },
});
const answer = provider.callback();

http
  .createServer(async (request, response) => {
    if (request.url.startsWith("/interaction/")) {
      const result = person.denied ? { error: "access_denied" } : { login: { accountId: person.sub } };
      await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    } else if (request.url === "/person") {
      let body = "";
      for await (const piece of request) body += piece;
      person = JSON.parse(body);
      response.end();
    } else {
      answer(request, response);
    }
  })
  .listen(Number(port), "127.0.0.1");
