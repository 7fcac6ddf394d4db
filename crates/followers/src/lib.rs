//! What is kept from the log and can be thrown away: the tile index and its cache.
