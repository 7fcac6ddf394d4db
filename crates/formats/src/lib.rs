//! One folder per file format: read a stream of features, write a stream of features.
