//! A device that keeps passkeys, and the browser before it, written after the specification (WebAuthn level 3 §5.8.1, §6.1,
//! §6.5): it shares no code with what checks it. It can also lie, where an attacker could.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// User present (§6.1).
const PRESENT: u8 = 0x01;
/// User verified.
const VERIFIED: u8 = 0x04;
/// Attested credential data included.
const ATTESTED: u8 = 0x40;

/// One key with what stands beside it on the device.
#[derive(Clone)]
pub struct Device {
    /// The private key.
    pub key: SigningKey,
    /// The credential's id.
    pub id: Vec<u8>,
    /// What the house named the person by.
    pub user: Vec<u8>,
    /// Signatures so far.
    pub counter: u32,
}

/// What browser and device say; each may be a lie.
#[derive(Clone)]
pub struct Says {
    /// The address bar.
    pub origin: String,
    /// The domain that the key is for.
    pub domain: String,
    /// The finger was on the sensor.
    pub verified: bool,
    /// Somebody was there.
    pub present: bool,
    /// The page stood in a frame of another.
    pub cross_origin: bool,
    /// The kind of ceremony; `None` for the right one.
    pub ceremony: Option<&'static str>,
    /// Whose passkey the device says it is; `None` to say nothing.
    pub user: Option<Vec<u8>>,
}

impl Says {
    /// The truth at the house's own address.
    pub fn truth() -> Self {
        Self {
            origin: "https://kent.example".to_owned(),
            domain: "kent.example".to_owned(),
            verified: true,
            present: true,
            cross_origin: false,
            ceremony: None,
            user: None,
        }
    }
}

pub fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn bytes(value: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(value.as_str().expect("text")).expect("base64url")
}

impl Device {
    /// Makes a key as asked (`navigator.credentials.create`), and the browser's answer.
    pub fn create(options: &Value, says: &Says) -> (Self, Value) {
        let mut seed = [0; 48];
        getrandom::fill(&mut seed).expect("random");
        let (secret, id) = seed.split_at(32);
        let key = SigningKey::from_slice(secret).expect("a number below the order, but once in 2^32 worlds");
        let device = Self { key, id: id.to_vec(), user: bytes(&options["user"]["id"]), counter: 0 };
        let answer = device.creation(options, says);
        (device, answer)
    }

    /// The answer to a wish for a key.
    pub fn creation(&self, options: &Value, says: &Says) -> Value {
        let client_data = client_data(options, says, "webauthn.create");
        let mut data = self.authenticator_data(says, ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).expect("short").to_be_bytes());
        data.extend(&self.id);
        data.extend(self.public_key());
        // {"fmt": "none", "attStmt": {}, "authData": bytes} (§8.7)
        let mut object = vec![0xa3, 0x63];
        object.extend(b"fmt");
        object.push(0x64);
        object.extend(b"none");
        object.push(0x67);
        object.extend(b"attStmt");
        object.push(0xa0);
        object.push(0x68);
        object.extend(b"authData");
        object.push(0x59);
        object.extend(u16::try_from(data.len()).expect("short").to_be_bytes());
        object.extend(&data);
        json!({
            "id": text(&self.id), "rawId": text(&self.id), "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": { "credProps": { "rk": true } },
            "response": {
                "clientDataJSON": text(client_data.as_bytes()),
                "attestationObject": text(&object),
                "transports": ["internal"],
            },
        })
    }

    /// Signs as asked (`navigator.credentials.get`), and the browser's answer.
    pub fn get(&mut self, options: &Value, says: &Says) -> Value {
        self.counter += 1;
        self.assertion(options, says)
    }

    /// The answer to a wish for a signature, counted or not (synchronised passkeys count nothing).
    pub fn assertion(&self, options: &Value, says: &Says) -> Value {
        let client_data = client_data(options, says, "webauthn.get");
        let data = self.authenticator_data(says, 0);
        let mut signed = data.clone();
        signed.extend(Sha256::digest(client_data.as_bytes()));
        let signature: Signature = self.key.sign(&signed);
        let user = says.user.as_ref().unwrap_or(&self.user);
        json!({
            "id": text(&self.id), "rawId": text(&self.id), "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": text(client_data.as_bytes()),
                "authenticatorData": text(&data),
                "signature": text(signature.to_der().as_bytes()),
                "userHandle": if user.is_empty() { Value::Null } else { text(user).into() },
            },
        })
    }

    fn authenticator_data(&self, says: &Says, flags: u8) -> Vec<u8> {
        let flag = |set: bool, bit: u8| if set { bit } else { 0 };
        let mut data = Sha256::digest(says.domain.as_bytes()).to_vec();
        data.push(flags | flag(says.present, PRESENT) | flag(says.verified, VERIFIED));
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// COSE key: {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y} (RFC 9053 §7.1.1).
    fn public_key(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_sec1_point(false);
        let (x, y) = (point.x().expect("a point"), point.y().expect("uncompressed"));
        let mut cose = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
        cose.extend_from_slice(x);
        cose.extend([0x22, 0x58, 0x20]);
        cose.extend_from_slice(y);
        cose
    }
}

fn client_data(options: &Value, says: &Says, ceremony: &str) -> String {
    json!({
        "type": says.ceremony.unwrap_or(ceremony),
        "challenge": options["challenge"],
        "origin": says.origin,
        "crossOrigin": says.cross_origin,
    })
    .to_string()
}
