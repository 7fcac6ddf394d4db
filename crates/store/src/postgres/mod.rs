//! The PostgreSQL/PostGIS store.
