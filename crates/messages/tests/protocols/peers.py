"""The other side of each protocol, by independent implementations: aiosmtpd takes mails, http_ece and py_vapid read web push, hmac of
Python's library checks the gateway's signature. Prints its ports, then a line of JSON for each thing that came."""
import asyncio, base64, email, email.policy, hashlib, hmac, json, queue, ssl, sys, threading, warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import http_ece
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid

warnings.simplefilter("ignore")
folder = Path(sys.argv[1])
tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
tls.load_cert_chain(folder / "server.pem", folder / "server.key")
said = queue.Queue()
# Who reads may still be waiting for the answer to what it sent.
say = said.put


def speak():
    while True:
        print(json.dumps(said.get()), flush=True)


threading.Thread(target=speak, daemon=True).start()


class Mails:
    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name == "yok":
            return "550 5.1.1 no such user"
        if name == "dolu":
            return "452 4.2.2 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if b"X-Refuse-Me" in envelope.content:
            return "554 5.6.0 we don't like it"
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
        say({
            "from": envelope.mail_from, "to": envelope.rcpt_tos, "tls": session.ssl is not None, "user": session.auth_data,
            "headers": {k: str(v) for k, v in mail.items()}, "text": plain and plain.get_content(), "html": html and html.get_content(),
            "attachments": [[a.get_filename(), a.get_content_type(), base64.b64encode(a.get_payload(decode=True)).decode()]
                            for a in mail.iter_attachments()],
            "defects": [str(d) for part in mail.walk() for d in part.defects],
        })
        return "250 taken"


def login(server, session, envelope, mechanism, data):
    right = data.login == b"bilgi" and data.password.decode() == "Gizli.2026!ş"
    return AuthResult(success=right, handled=right, auth_data=data.login.decode() if right else None)


class Mailer(Controller):
    def factory(self):
        return SMTP(self.handler, **self.SMTP_kwargs)


def mailer(**more):
    controller = Mailer(Mails(), hostname="127.0.0.1", port=0, server_hostname="test", **more)
    controller.loop = asyncio.new_event_loop()
    server = controller.loop.run_until_complete(controller.loop.create_server(
        controller._factory_invoker, "127.0.0.1", 0, ssl=controller.ssl_context))
    threading.Thread(target=controller.loop.run_forever, daemon=True).start()
    return server.sockets[0].getsockname()[1]


browser = ec.generate_private_key(ec.SECP256R1())
auth = b"0123456789abcdef"
secret = b"a secret of 24 bytes ...!"


class Web(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        head = {k.lower(): v for k, v in self.headers.items()}
        _, what, status = self.path.split("/")
        if status == "200":
            say(self.push(head, body) if what == "push" else self.sms(head, body))
        self.send_response(int(status))
        if status in ("429", "301"):
            self.send_header("retry-after", "120")
            self.send_header("location", "/push/200")
        self.send_header("content-length", "0")
        self.end_headers()

    def push(self, head, body):
        plain = http_ece.decrypt(body, private_key=browser, auth_secret=auth, version="aes128gcm")
        claims = Vapid.verify(head["authorization"])
        known = head["authorization"].split("k=")[1]
        return {"plain": plain.decode(), "verified": bool(claims), "key": known, "ttl": head["ttl"], "urgency": head["urgency"],
                "claims": json.loads(base64.urlsafe_b64decode(head["authorization"].split(".")[1] + "==")), "bytes": len(body)}

    def sms(self, head, body):
        text = f"{head['webhook-id']}.{head['webhook-timestamp']}.".encode() + body
        right = "v1," + base64.b64encode(hmac.new(secret, text, hashlib.sha256).digest()).decode()
        return {"body": json.loads(body), "verified": hmac.compare_digest(right, head["webhook-signature"])}


web = ThreadingHTTPServer(("127.0.0.1", 0), Web)
web.socket = tls.wrap_socket(web.socket, server_side=True)
threading.Thread(target=web.serve_forever, daemon=True).start()
point = browser.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
say({
    "plain": mailer(), "web": web.server_address[1],
    "starttls": mailer(tls_context=tls, require_starttls=True, authenticator=login, auth_required=True),
    "tls": mailer(ssl_context=tls, authenticator=login, auth_required=True, auth_require_tls=False),
    "p256dh": base64.urlsafe_b64encode(point).decode(), "auth": base64.urlsafe_b64encode(auth).decode(),
    "secret": "whsec_" + base64.b64encode(secret).decode(),
})
sys.stdin.read()
