//! What a browser brings with it when somebody logs in.

/// Limit: bytes of a user agent that are kept.
const MAX_AGENT: usize = 200;

/// One request for a login. The cookies are as they came: nothing is believed of them.
#[derive(Clone, Default)]
pub struct Visit {
    /// The client's address.
    pub address: Option<String>,
    /// The user agent.
    pub agent: Option<String>,
    /// Value of the device cookie.
    pub device: Option<String>,
    /// Value of the session cookie: that session ends when another begins.
    pub cookie: Option<String>,
}

impl Visit {
    /// The user agent, shortened.
    pub(crate) fn short_agent(&self) -> Option<String> {
        self.agent.as_ref().map(|agent| {
            let mut end = agent.len().min(MAX_AGENT);
            while !agent.is_char_boundary(end) {
                end -= 1;
            }
            agent[..end].to_owned()
        })
    }
}
