//! The log's head as other processes move it: their commits notify, and a look each second catches what got lost.

use super::{
    connect::{Place, Purpose},
    definitions::Definitions,
    errors::from_pg,
    rows::column,
};
use meydan_kernel::{Error, Result, head_watch};
use std::{sync::Arc, time::Duration};
use tokio_postgres::{AsyncMessage, Client};

/// The channel on which commits tell the new head.
pub const CHANNEL: &str = "meydan_head";
/// Pause between two looks at the head, and between two attempts to connect.
const POLL: Duration = Duration::from_secs(1);
/// Limit: one look; a session that does not answer is given up.
const POLL_LIMIT: Duration = Duration::from_secs(10);

/// Follows the head until nobody holds `alive` any more.
pub async fn follow(place: Place, sender: head_watch::Sender, definitions: Arc<Definitions>, alive: std::sync::Weak<()>) {
    while alive.strong_count() > 0 {
        if let Ok(client) = listen(&place, &sender).await {
            while alive.strong_count() > 0 {
                match tokio::time::timeout(POLL_LIMIT, look(&client, &sender, &definitions)).await {
                    Ok(Ok(())) => tokio::time::sleep(POLL).await,
                    _ => break,
                }
            }
        }
        tokio::time::sleep(POLL).await;
    }
}

async fn listen(place: &Place, sender: &head_watch::Sender) -> Result<Client> {
    let sender = sender.clone();
    let client = place
        .session_heard(Purpose::Plain, move |message| {
            if let AsyncMessage::Notification(told) = message
                && let Ok(head) = told.payload().parse()
            {
                sender.send(head);
            }
        })
        .await?;
    let listen = format!("LISTEN {CHANNEL}");
    tokio::time::timeout(POLL_LIMIT, client.batch_execute(&listen)).await.map_err(Error::unavailable)?.map_err(from_pg)?;
    Ok(client)
}

/// Looks at the head and at the catalogue's number.
pub async fn look(client: &Client, sender: &head_watch::Sender, definitions: &Definitions) -> Result<()> {
    let row = client.query_typed_one("SELECT next, epoch FROM meydan.head", &[]).await.map_err(from_pg)?;
    sender.send(column(&row, 0)?);
    if column::<i64>(&row, 1)? != definitions.epoch() {
        definitions.reload(client).await?;
    }
    Ok(())
}
