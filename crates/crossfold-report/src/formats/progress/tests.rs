use std::sync::{Arc, Mutex};

use super::*;
use crate::example;
use crossfold_study::Metric;
use indicatif::TermLike;

/// Shows the example's events, `pace` apart, where an epoch costs the same for all.
fn show(screen: Screen<'_>, pace: Duration) {
    let (study, plan) = (example::study(Metric::Accuracy), example::plan());
    let mut progress = Progress::new(&study, screen);
    progress.begin(&plan, &Results::default(), Box::new(|_| 7.0), ALL);
    let (mut results, mut now) = (Results::default(), Duration::ZERO);
    for event in example::events() {
        now += pace;
        results.apply(&event);
        progress.observe(&event, &plan, &results, now);
    }
    progress.finish(now);
}

/// Of the example's six fits.
const ALL: ExpectedWork = ExpectedWork { missing: 6, is_all: true, trials: Some(6), training: None, deadline: None };

#[test]
fn what_is_about_to_be_trained_is_announced() {
    let open = ExpectedWork { is_all: false, trials: Some(40), ..ALL };
    let endless = ExpectedWork { trials: None, ..open };
    assert_eq!(ALL.announcement(0, 4), "training 6 networks, 4 at a time");
    assert_eq!(ALL.announcement(2, 4), "2 fits are stored; training 6, 4 at a time");
    assert_eq!(open.announcement(0, 4), "searching: at most 40 trials, 4 fits at a time");
    assert_eq!(
        endless.announcement(2, 4),
        "2 fits are stored; searching on: trials until the budget ends, 4 fits at a time"
    );
    assert_eq!(ExpectedWork { missing: 0, ..open }.announcement(8, 4), "all 8 fits of the search are stored");
}

fn lines(pace: Duration) -> String {
    let mut out = Vec::new();
    show(Screen::Lines(Box::new(&mut out)), pace);
    String::from_utf8(out).unwrap()
}

/// The time left by hand, at each fit's end: of 12 epochs planned, 2 are done and 10 ahead
/// after 6 s, which makes 30 s; the failed and the cancelled fit give back an epoch each.
#[test]
fn a_line_every_few_percent() {
    assert_eq!(
        lines(Duration::from_secs(2)),
        "\
1/6 fits · elapsed 0:06, 10 fits/min · about 0:30 left
2/6 fits · elapsed 0:12, 10 fits/min · about 0:24 left · best accuracy 0.7500: trial 1 layers=0 epochs=2
3/6 fits · elapsed 0:18, 10 fits/min · about 0:18 left · best accuracy 0.7500: trial 1 layers=0 epochs=2
4/6 fits, 1 failed · elapsed 0:22, 11 fits/min · about 0:11 left · best accuracy 0.7500: trial 1 layers=0 epochs=2
4/6 fits, 1 failed · took 26 s, 9.2 fits/min · best accuracy 0.7500: trial 1 layers=0 epochs=2
"
    );
}

#[test]
fn at_least_a_line_a_minute_where_fits_are_long() {
    let lines = lines(Duration::from_secs(60));
    assert!(
        lines.starts_with("0/6 fits · elapsed 1:00 · about 11:00 left\n0/6 fits · elapsed 2:00 · about 10:00 left\n"),
        "{lines}"
    );
    assert_eq!(lines.lines().count(), 13 + 1);
}

#[test]
fn a_short_run_is_one_line() {
    let last = "4/6 fits, 1 failed · took 1.3 s, 3.1 fits/s · best accuracy 0.7500: trial 1 layers=0 epochs=2\n";
    assert_eq!(lines(Duration::from_millis(100)), last);
}

/// The example's events some seconds apart. The plan grows by a configuration's two trials when the one before has
/// ended, and two trials are pruned at the end.
fn growing(pace: u64, trials: Option<u64>, deadline: Option<u64>) -> String {
    let (study, last) = (example::study(Metric::Accuracy), example::pruned_plan());
    let mut out = Vec::new();
    let mut progress = Progress::new(&study, Screen::Lines(Box::new(&mut out)));
    let (mut plan, mut results, mut now) = (example::plan(), Results::default(), Duration::ZERO);
    plan.trials.truncate(2);
    plan.configurations.truncate(1);
    let deadline = deadline.map(Duration::from_secs);
    progress.begin(
        &plan,
        &results,
        Box::new(|_| 7.0),
        ExpectedWork { missing: 2, is_all: false, trials, training: None, deadline },
    );
    for event in example::events() {
        now += Duration::from_secs(pace);
        let (Event::FitStarted { configuration, .. }
        | Event::EpochDone { configuration, .. }
        | Event::FitEnded { configuration, .. }) = &event;
        for number in plan.configurations.len()..=configuration.0 as usize {
            let whole = example::plan();
            plan.configurations.push(whole.configurations[number].clone());
            plan.trials.extend_from_slice(&whole.trials[2 * number..][..2]);
        }
        results.apply(&event);
        progress.observe(&event, &plan, &results, now);
    }
    // Decided after the last event.
    plan.trials[4].pruned = last.trials[4].pruned;
    plan.trials[5].pruned = last.trials[5].pruned;
    progress.settle(&plan, &results);
    progress.finish(now);
    String::from_utf8(out).unwrap()
}

/// By hand: after 8 s a trial has ended, so 9 more take 72 s; after 10 s 2 have, so 8 take 40 s.
#[test]
fn where_a_plan_grows_trials_are_counted() {
    assert_eq!(
        growing(2, Some(10), None),
        "\
1/10 trials, 1 fit · elapsed 0:08, 7.5 fits/min · about 1:12 left · best accuracy 0.3750: trial 0 layers=0 epochs=1
2/10 trials, 1 fit · elapsed 0:10, 6.0 fits/min · about 0:40 left · best accuracy 0.7500: trial 1 layers=0 epochs=2
3/10 trials, 3 fits · elapsed 0:20, 9.0 fits/min · about 0:47 left · best accuracy 0.7500: trial 1 layers=0 epochs=2
4/10 trials, 4 fits, 1 failed · elapsed 0:22, 11 fits/min · about 0:33 left · best accuracy 0.7500: trial 1 layers=0 epochs=2
6/10 trials, 4 fits, 2 pruned, 1 failed · took 26 s, 9.2 fits/min · best accuracy 0.7500: trial 1 layers=0 epochs=2
"
    );
}

#[test]
fn without_an_end_the_deadline_is_the_end() {
    let lines = growing(60, None, Some(900));
    let beginning =
        "0 trials, 0 fits · elapsed 1:00 · about 14:00 left\n0 trials, 0 fits · elapsed 2:00 · about 13:00 left\n";
    assert!(lines.starts_with(beginning), "{lines}");
    let end = "6 trials, 4 fits, 2 pruned, 1 failed · took 13:00, 18 fits/h · best accuracy 0.7500: trial 1 layers=0 epochs=2\n";
    assert!(lines.ends_with(end), "{lines}");
    // Of 72 seconds at the rate so far.
    assert!(
        growing(2, Some(10), Some(30))
            .starts_with("1/10 trials, 1 fit · elapsed 0:08, 7.5 fits/min · about 0:22 left · best")
    );
}

#[test]
fn nothing_to_do_is_nothing_to_say() {
    let (study, plan) = (example::study(Metric::Accuracy), example::plan());
    let mut out = Vec::new();
    for is_all in [true, false] {
        let mut progress = Progress::new(&study, Screen::Lines(Box::new(&mut out)));
        progress.begin(&plan, &example::results(), Box::new(|_| 7.0), ExpectedWork { missing: 0, is_all, ..ALL });
        progress.finish(Duration::ZERO);
    }
    assert!(out.is_empty());
}

#[test]
fn a_closed_screen_stops_nothing() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }
    show(Screen::Lines(Box::new(Closed)), Duration::from_secs(2));
}

/// A terminal that keeps all that was ever written to it.
#[derive(Clone, Debug, Default)]
struct Scroll(Arc<Mutex<String>>);

impl TermLike for Scroll {
    fn width(&self) -> u16 {
        200
    }
    fn move_cursor_up(&self, _: usize) -> io::Result<()> {
        Ok(())
    }
    fn move_cursor_down(&self, _: usize) -> io::Result<()> {
        Ok(())
    }
    fn move_cursor_right(&self, _: usize) -> io::Result<()> {
        Ok(())
    }
    fn move_cursor_left(&self, _: usize) -> io::Result<()> {
        Ok(())
    }
    fn write_line(&self, text: &str) -> io::Result<()> {
        self.write_str(text)?;
        self.write_str("\n")
    }
    fn write_str(&self, text: &str) -> io::Result<()> {
        self.0.lock().unwrap().push_str(text);
        Ok(())
    }
    fn clear_line(&self) -> io::Result<()> {
        Ok(())
    }
    fn flush(&self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_bar_says_what_lines_say() {
    let scroll = Scroll::default();
    show(
        Screen::Bar { target: DrawTarget::term_like(Box::new(scroll.clone())), width: || 200 },
        Duration::from_secs(2),
    );
    let shown = scroll.0.lock().unwrap();
    for line in lines(Duration::from_secs(2)).lines() {
        assert!(shown.contains(line), "{line}: not in {shown}");
    }
}

impl Write for Scroll {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.write_str(std::str::from_utf8(text).unwrap()).map(|()| text.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// `write!` writes in pieces, and the bar is redrawn between any two writes.
#[test]
fn others_write_whole_lines_above_the_bar() {
    let (study, plan) = (example::study(Metric::Accuracy), example::plan());
    let scroll = Scroll::default();
    let screen = Screen::Bar { target: DrawTarget::term_like(Box::new(scroll.clone())), width: || 200 };
    let mut progress = Progress::new(&study, screen);
    progress.begin(&plan, &Results::default(), Box::new(|_| 7.0), ALL);
    progress.observe(&example::epoch_done(0, 0, 1, 0.5), &plan, &example::results(), Duration::from_secs(1));
    let before = scroll.0.lock().unwrap().len();
    let mut above = progress.above(scroll.clone());
    let what = "batch";
    write!(above, "stopping at the next {what}\nand").unwrap();
    let shown = scroll.0.lock().unwrap()[before..].to_owned();
    let (said, bar) = shown.split_once('\n').unwrap();
    assert_eq!(said, "stopping at the next batch");
    assert!(bar.contains("0/6 fits · elapsed 0:01 · about 0:11 left"), "{bar}");
    assert!(!bar.contains("and"), "{bar}");
}
