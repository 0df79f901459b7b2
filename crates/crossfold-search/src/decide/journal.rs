//! The record of a search's decisions, so that a later report does not need to take them again.

use std::collections::VecDeque;

use crossfold_study::Order;
use serde::{Deserialize, Serialize};

use crate::decide::sampler::Proposal;

/// A line of a search's journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JournalEntry {
    /// A point that a sampler proposed.
    Proposed(Proposal),
    /// In a search whose order is free: the number of the climb, from 0, whose result was passed on.
    Told(u32),
    /// The number of a trial that was trained to its end before time was over, although no decision asked for it.
    Secured(u32),
}

impl JournalEntry {
    /// Whether a repeated search needs the entry although its decisions follow from its results.
    pub fn is_about_time(&self) -> bool {
        matches!(self, JournalEntry::Secured(_))
    }
}

impl JournalEntry {
    /// A line of JSON.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).expect("numbers and words are JSON")
    }

    /// Reads the text of [`JournalEntry::to_text`]; `None` for any other text.
    pub fn from_text(text: &str) -> Option<JournalEntry> {
        serde_json::from_str(text).ok()
    }
}

/// The decisions of an earlier run that are still to be repeated, and those of this run.
#[derive(Debug, Default)]
pub(super) struct Journal {
    proposals: VecDeque<Proposal>,
    arrivals: VecDeque<u32>,
    entries: Vec<JournalEntry>,
}

impl Journal {
    pub(super) fn repeat(&mut self, entries: impl IntoIterator<Item = JournalEntry>) {
        for entry in entries {
            match entry {
                JournalEntry::Proposed(proposal) => self.proposals.push_back(proposal),
                JournalEntry::Told(climb) => self.arrivals.push_back(climb),
                JournalEntry::Secured(trial) => self.record_secured(trial),
            }
        }
    }

    pub(super) fn next_proposal(&mut self) -> Option<Proposal> {
        self.proposals.pop_front()
    }

    pub(super) fn next_arrival(&mut self) -> Option<u32> {
        self.arrivals.pop_front()
    }

    /// Forgets the earlier order: a result is no longer stored, so nothing after it can be repeated.
    pub(super) fn lose_arrivals(&mut self) {
        self.arrivals.clear();
    }

    pub(super) fn record_proposal(&mut self, proposal: &Proposal) {
        self.entries.push(JournalEntry::Proposed(proposal.clone()));
    }

    pub(super) fn record_arrival(&mut self, climb: u32, order: Order) {
        match order {
            Order::Logical => {}
            Order::Free => self.entries.push(JournalEntry::Told(climb)),
        }
    }

    pub(super) fn record_secured(&mut self, trial: u32) {
        let entry = JournalEntry::Secured(trial);
        if !self.entries.contains(&entry) {
            self.entries.push(entry);
        }
    }

    /// The numbers of the trials that were trained to their end before time was over.
    pub(super) fn secured(&self) -> impl Iterator<Item = u32> {
        self.entries.iter().filter_map(|entry| match entry {
            JournalEntry::Secured(trial) => Some(*trial),
            JournalEntry::Proposed(_) | JournalEntry::Told(_) => None,
        })
    }

    pub(super) fn entries(&self) -> &[JournalEntry] {
        &self.entries
    }
}
