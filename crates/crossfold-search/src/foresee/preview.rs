//! The trials of a search that are known before anything is trained.

use std::sync::Arc;

use crossfold_study::{Budget, FoldId, Plan, Study};

use crate::decide::frame::Frame;
use crate::decide::planner::{Addition, Planner};
use crate::decide::proposer::{ProposedPoint, Proposer};

/// The trials of `study`, scored on `folds`, that depend on no result: for a strategy that learns, the enqueued ones.
pub fn initial_plan(study: &Study, folds: Vec<FoldId>) -> Plan {
    Arc::unwrap_or_clone(listed(study, Planner::new(folds), usize::MAX).plan)
}

/// Adds the trials that depend on no result, at most `most` of them.
fn listed(study: &Study, mut planner: Planner, most: usize) -> Planner {
    let mut proposer = Proposer::new(study);
    while planner.plan.trials.len() < most
        && let Some(ProposedPoint { model, settings, point, .. }) = proposer.next_listed()
    {
        let resolved = planner.resolve(&study.models[model].fixed, settings);
        if let Addition::New(trial) = planner.add(resolved) {
            proposer.began(trial, model, point);
        }
    }
    planner
}

/// An example of the plan of a search on `rows` rows: its [initial plan](initial_plan), for a strategy that learns with
/// `count` random trials. Of a strategy that draws until a budget ends, it has the first `count` trials.
pub fn example_plan(study: &Study, folds: Vec<FoldId>, rows: usize, count: u32) -> Arc<Plan> {
    let draws_within_budget = study.strategy.trials.is_some() && study.budget != Budget::default();
    let most = if draws_within_budget { (count as usize).max(study.enqueued.len()) } else { usize::MAX };
    let mut planner = listed(study, Planner::new(folds).for_rows(rows as u64), most);
    let frame = Frame::new(&study.models);
    let count = if study.strategy.learns() { count } else { 0 };
    for number in 0..u64::from(count) {
        let decoded = frame.decode(&frame.draw(&mut study.seed.search(number)));
        planner.add(planner.resolve(&study.models[decoded.model].fixed, decoded.settings));
    }
    planner.plan
}

#[cfg(test)]
mod tests {
    use crossfold_network::{Kind, Param, PerLayer, ScheduleName, Setting, Settings, Shape};
    use crossfold_study::{Domain, Enqueued, ModelSpace, SamplerKind, Strategy, Trial};

    use super::*;
    use crate::decide::course::Course;
    use crate::decide::data_size::DataSize;
    use crate::decide::fit_request::FitRequest;
    use crate::decide::planner::describe;
    use crate::simulation::{choice, folds, study};

    /// The plan as text: a trial's configuration, epochs and points a line.
    fn rows(plan: &Plan) -> Vec<String> {
        let row = |trial: &Trial| {
            let points: Vec<String> = trial.stands_for.iter().map(describe).collect();
            format!("{} #{} e{}: {}", trial.number, trial.configuration, trial.epochs, points.join("; "))
        };
        plan.trials.iter().map(row).collect()
    }

    #[test]
    fn a_grid_varies_the_last_dimension_fastest_and_shares_fits_between_epochs() {
        // Written in another order than the space's own.
        let space = vec![
            (Param::Epochs, choice(Setting::Epochs, [5, 2])),
            (Param::Nodes, Domain::Int { low: 16, high: 40, step: 16 }),
        ];
        let plan = initial_plan(&study(Strategy::GRID, space), folds(5));
        assert_eq!(
            rows(&plan),
            [
                "0 #0 e5: nodes=16 epochs=5",
                "1 #0 e2: nodes=16 epochs=2",
                "2 #1 e5: nodes=32 epochs=5",
                "3 #1 e2: nodes=32 epochs=2",
            ]
        );
        assert_eq!(
            plan.configurations.iter().map(|planned| &planned.read_at[..]).collect::<Vec<_>>(),
            [[2, 5], [2, 5]]
        );
        assert_eq!((plan.fits(), plan.fits_unshared()), (10, 20));
    }

    #[test]
    fn equal_networks_are_one_trial_with_all_their_points() {
        let space = vec![
            (Param::Layers, choice(Setting::Layers, [1, 0])),
            (Param::Nodes, choice(Setting::Nodes, [64, 128])),
            (Param::Dropout, choice(|rate| Setting::Dropout(PerLayer::Same(rate)), [0.0, 0.2])),
        ];
        let plan = initial_plan(&study(Strategy::GRID, space), folds(5));
        assert_eq!(
            rows(&plan),
            [
                "0 #0 e3: layers=1 nodes=64 dropout=0",
                "1 #1 e3: layers=1 nodes=64 dropout=0.2",
                "2 #2 e3: layers=1 nodes=128 dropout=0",
                "3 #3 e3: layers=1 nodes=128 dropout=0.2",
                "4 #4 e3: layers=0 nodes=64 dropout=0; layers=0 nodes=64 dropout=0.2; \
                 layers=0 nodes=128 dropout=0; layers=0 nodes=128 dropout=0.2",
            ]
        );
    }

    #[test]
    fn a_point_drawn_twice_is_named_once() {
        let space = vec![(Param::Nodes, choice(Setting::Nodes, [64, 128]))];
        let plan = initial_plan(&study(Strategy::new(SamplerKind::Random, 50), space), folds(1));
        let mut rows = rows(&plan);
        rows.sort_by_key(|row| row.contains("128"));
        assert!(rows[0].ends_with("e3: nodes=64") && rows[1].ends_with("e3: nodes=128"), "{rows:?}");
        assert_eq!(rows.len(), 2);
    }

    #[test]
    fn models_are_planned_in_order_and_equal_networks_once() {
        let mut study = study(Strategy::GRID, vec![(Param::Layers, choice(Setting::Layers, [1, 0]))]);
        let net = study.models.pop().unwrap();
        let linear = net.fixed.clone().with(Setting::Kind(Kind::Linear)).with(Setting::Model("linear".to_owned()));
        let net = ModelSpace { fixed: net.fixed.with(Setting::Model("net".to_owned())), ..net };
        study.models = vec![ModelSpace { fixed: linear, ..ModelSpace::default() }, net];
        let plan = initial_plan(&study, folds(2));
        assert_eq!(rows(&plan), ["0 #0 e3: model=linear; layers=0 model=net", "1 #1 e3: layers=1 model=net"]);
        let names = plan.trials.iter().map(|trial| {
            let configuration = &plan.configuration(trial.configuration).configuration;
            trial.setting(configuration, Param::Model).unwrap().to_string()
        });
        assert_eq!(names.collect::<Vec<_>>(), ["linear", "net"]);
        assert_eq!(study.searched(), [Param::Model, Param::Layers]);
    }

    /// The learning rate depends on the number of epochs, so fits with different numbers differ from the first epoch on.
    #[test]
    fn trials_with_a_horizon_dependent_schedule_share_no_fit() {
        let shares = |schedule| {
            let mut study = study(Strategy::GRID, vec![(Param::Epochs, choice(Setting::Epochs, [5, 2]))]);
            study.models[0].fixed = study.models[0].fixed.clone().with(Setting::Schedule(schedule));
            initial_plan(&study, folds(3)).configurations.len()
        };
        assert_eq!([ScheduleName::Step, ScheduleName::Cosine, ScheduleName::OneCycle].map(shares), [1, 2, 2]);
    }

    /// A run begins with the plan, and takes no decisions for it.
    #[test]
    fn a_plan_without_decisions_is_that_of_the_decisions() {
        let data_size = DataSize::new(Shape::dense(4, 2), 100, 20);
        let lines = |plan: &Plan| {
            let planned = plan.configurations.iter();
            let line = planned.map(|planned| format!("{} {:?}", planned.configuration.canonical(), planned.read_at));
            line.chain(rows(plan)).collect::<Vec<_>>()
        };
        let requests = |course: &mut Course<'_>| {
            let request = |asked: FitRequest| (asked.configuration, asked.fold, asked.epochs);
            crate::carry_out::recall::longest(&course.ask()).into_iter().map(request).collect::<Vec<_>>()
        };
        for strategy in [
            Strategy::GRID,
            Strategy::new(SamplerKind::Random, 20),
            Strategy::new(SamplerKind::Random, 500),
            Strategy::new(SamplerKind::Sobol, 20),
        ] {
            let space = vec![
                (Param::Layers, choice(Setting::Layers, [1, 0])),
                (Param::Nodes, Domain::Int { low: 4, high: 20, step: 1 }),
                (Param::BatchSize, choice(Setting::BatchSize, [32, 100, 128])),
                (Param::Epochs, choice(Setting::Epochs, [5, 2])),
            ];
            let mut study = study(strategy, space);
            study.models.push(ModelSpace { fixed: study.models[0].fixed.clone(), ..ModelSpace::default() });
            let settings = Settings::default().with(Setting::Nodes(7)).with(Setting::Epochs(5));
            study.enqueued.push(Enqueued { model: 0, settings });
            let mut decided = Course::new(&study, folds(2), data_size.clone());
            let asked = requests(&mut decided);
            let plan = example_plan(&study, folds(2), 100, 0);
            assert_eq!(lines(&plan), lines(decided.plan()), "{strategy:?}");
            let mut given = Course::of_plan(&study, &plan, data_size.clone());
            assert_eq!((requests(&mut given), given.is_over()), (asked, decided.is_over()), "{strategy:?}");
        }
    }

    #[test]
    fn a_study_without_a_space_is_one_trial() {
        let plan = initial_plan(&study(Strategy::GRID, vec![]), folds(3));
        assert_eq!(rows(&plan), ["0 #0 e3: "]);
        assert_eq!(plan.fits(), 3);
    }
}
