//! The one contract suite of the Store trait. Each store's test file gives it a [`House`] and calls [`contract!`].

#![allow(dead_code, reason = "each test binary uses its own part of the suite")]

pub mod asking;
pub mod basics;
pub mod blobs;
pub mod cases;
pub mod chance;
pub mod city;
pub mod crowd;
pub mod definitions;
pub mod destroying;
pub mod erasing;
pub mod keeping;
pub mod lists;
pub mod refusals;
pub mod secrets;
pub mod standard;
pub mod time;

use futures::StreamExt;
use meydan_kernel::{Record, Result, Store};
use std::sync::Arc;

/// A place where one store lives, empty at first.
#[async_trait::async_trait]
pub trait House: Send + Sync {
    /// Opens the store. Each call is like another process: nothing is shared with earlier calls but the data.
    async fn open(&self) -> Arc<dyn Store>;
}

/// All batches of a stream.
pub async fn collect(mut stream: futures::stream::BoxStream<'static, Result<Vec<Record>>>) -> Vec<Record> {
    let mut out = Vec::new();
    while let Some(batch) = stream.next().await {
        out.extend(batch.expect("the stream goes on"));
    }
    out
}

/// One test for each clause of the contract; `$house` is an async function that gives a new house.
#[macro_export]
macro_rules! contract {
    ($house:path: $($module:ident::$clause:ident),+ $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $clause() {
                let house = $house().await;
                contract::$module::$clause(&house).await;
            }
        )+
    };
}

/// Every clause, for the test file of a store.
#[macro_export]
macro_rules! whole_contract {
    ($house:path) => {
        contract!($house:
            basics::every_kind_of_value_comes_back,
            basics::extremes_come_back,
            basics::history_tells_a_whole_life,
            basics::digests_can_be_proven,
            basics::entries_are_found,
            basics::entries_of_several_registers_are_found,
            basics::all_is_there_after_reopening,
            asking::pages_make_the_whole,
            asking::names_stand_in_turkish_order,
            asking::filters_agree_with_memory,
            asking::filters_at_the_limits_agree,
            chance::filters_of_chance_agree,
            standard::the_standards_predicates_hold,
            asking::boxes_find_what_touches,
            asking::ids_are_found,
            asking::a_stream_is_a_snapshot,
            asking::a_register_without_geometry_is_in_no_box,
            lists::lists_agree_with_memory,
            cases::time_goes_by,
            cases::timers_fire_once,
            cases::failing_timers_hold_up_nobody,
            cases::deeds_are_whole,
            cases::a_case_keeps_its_workflow,
            definitions::fields_change_and_digests_hold,
            definitions::widened_numbers_stay_what_they_were,
            definitions::registers_change_and_digests_hold,
            definitions::a_dropped_field_is_told,
            definitions::geometry_widens_and_digests_hold,
            definitions::a_key_that_is_not_kept_is_refused,
            definitions::names_are_guarded,
            crowd::no_update_is_lost,
            crowd::a_bad_changeset_harms_nobody_else,
            crowd::followers_miss_nothing,
            crowd::two_processes_share_one_store,
            crowd::a_large_changeset_is_one,
            crowd::an_empty_changeset_changes_nothing,
            crowd::what_a_process_wrote_itself_it_knows,
            keeping::followers_positions_are_kept,
            keeping::seals_are_kept_once,
            keeping::a_healthy_store_says_so,
            secrets::secrets_are_kept_and_forgotten,
            secrets::a_secret_is_swapped_once,
            secrets::secrets_are_of_all_processes,
            blobs::blobs_are_kept_and_forgotten,
            blobs::blobs_are_whole_or_not_there,
            erasing::erased_values_are_gone_everywhere,
            erasing::an_ended_record_is_erased_and_stays_ended,
            erasing::an_erasure_that_is_refused_changes_nothing,
            erasing::an_erasure_shares_its_changeset,
            destroying::exactly_what_is_due_is_destroyed,
            destroying::a_journal_goes_when_its_time_is_over,
            destroying::a_legal_hold_keeps_what_is_due,
            destroying::a_whole_record_is_destroyed_and_ends,
            time::the_past_is_answered_as_it_was,
            refusals::a_stale_version_is_refused,
            refusals::what_is_not_there_is_refused,
            refusals::a_taken_key_is_refused,
            refusals::references_are_kept,
            refusals::an_old_definitions_changes_are_refused,
        );
    };
}
