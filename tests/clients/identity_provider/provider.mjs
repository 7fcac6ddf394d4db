// The real oidc-provider on a loopback port, for the tests of logins by OpenID Connect.
// usage: node provider.mjs REDIRECT_URI POST_LOGOUT_URI [CERTIFICATE KEY]. Prints {"issuer": …} when it listens. POST /test/rotate gives it new keys.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { Provider } from "oidc-provider";

const [redirect, goodbye, cert, key] = process.argv.slice(2);

// Every name logs in; these have more to say. Who isn't here has no e-mail.
const accounts = {
  ayse: { email: "ayse.yilmaz@kent.example", email_verified: true, preferred_username: "ayse" },
  mallory: { email: "ayse.yilmaz@kent.example", email_verified: false, preferred_username: "mallory" },
  second: { email: "AYSE.YILMAZ@kent.example", email_verified: true, preferred_username: "second" },
  fatma: { email: "fatma.demir@kent.example", email_verified: true, preferred_username: "fatma" },
  stranger: { email: "stranger@elsewhere.example", email_verified: true, preferred_username: "stranger" },
  gone: { email: "gone@kent.example", email_verified: true, preferred_username: "gone" },
};

function keys() {
  const kinds = [
    ["rsa", { modulusLength: 2048 }, "RS256"],
    ["ec", { namedCurve: "P-256" }, "ES256"],
    ["ed25519", {}, "EdDSA"],
  ];
  return kinds.map(([kind, options, alg]) => {
    const { privateKey } = generateKeyPairSync(kind, options);
    return { ...privateKey.export({ format: "jwk" }), use: "sig", alg, kid: randomUUID() };
  });
}

function client(id, alg, authentication, rest = {}) {
  return {
    client_id: id,
    redirect_uris: [redirect + id],
    post_logout_redirect_uris: [goodbye],
    id_token_signed_response_alg: alg,
    token_endpoint_auth_method: authentication,
    ...(authentication === "none" ? {} : { client_secret: "a secret: with+signs%" }),
    ...rest,
  };
}

function provider(issuer) {
  return new Provider(issuer, {
    jwks: { keys: keys() },
    clients: [
      client("rs", "RS256", "client_secret_basic"),
      client("es", "ES256", "client_secret_post"),
      client("ed", "EdDSA", "none"),
    ],
    enabledJWA: { idTokenSigningAlgValues: ["RS256", "ES256", "EdDSA"] },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["preferred_username"] },
    cookies: { keys: ["only for this test"] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: `sub-${id}`, ...accounts[id] }) }),
  });
}

const server = cert ? createSecureServer({ cert: readFileSync(cert), key: readFileSync(key) }) : createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `${cert ? "https" : "http"}://127.0.0.1:${server.address().port}`;
  let handle = provider(issuer).callback();
  server.on("request", (request, response) => {
    if (request.url === "/test/rotate") {
      handle = provider(issuer).callback();
      response.end("{}");
    } else {
      handle(request, response);
    }
  });
  console.log(JSON.stringify({ issuer }));
});
// It ends with the test that started it, whatever way that ends.
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
