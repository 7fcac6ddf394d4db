//! Every protocol with an independent implementation on the other side: aiosmtpd, Dovecot, http_ece, py_vapid.

mod dovecot;
mod inbox;
mod mail;
mod peers;
mod push;
mod sms;
