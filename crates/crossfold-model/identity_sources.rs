// All sources that decide a fit's bits: whole crates, and folders of `crossfold-study`. The build script makes keys of them,
// and `tests/it/architecture/identity.rs` holds that they use no other code of ours.
[
    "crossfold-baselines/src",
    "crossfold-kernels/src",
    "crossfold-model/src",
    // Rows are identified by their digest; this crate splits them and turns them into inputs.
    "crossfold-data/src",
    "crossfold-network/src",
    "crossfold-study/src/fit",
    "crossfold-study/src/metric",
    "crossfold-study/src/rows",
]
