//! The identity of the trainer: everything besides the fit itself that may change a fit's bits.

use std::fmt::Write as _;

use crossfold_kernels::simd::fuses;
use crossfold_study::Device;

/// The version of the trainer's arithmetic, of which the weights in `tests/reference_bits.json` are examples. It is raised whenever
/// any of them change.
pub const ARITHMETIC_VERSION: u32 = 1;

/// The class of this machine's arithmetic: machines of a class agree in all bits.
///
/// `fused` are all x86 that round a product and a sum together, in vectors: with AVX2 and FMA. `unfused` are older ones. Other
/// architectures should agree with the former, but nobody has compared them, so each is a class of its own.
pub fn arithmetic_class() -> String {
    let class = if fuses() { "fused" } else { "unfused" };
    match std::env::consts::ARCH {
        "x86_64" => class.to_owned(),
        other => format!("{class} {other}"),
    }
}

/// Returns one line each for the device, the arithmetic, the libraries, the compiler and the sources of the trainer. Equal fits by
/// trainers with the same identity have the same bits, on whatever machine of the class.
///
/// The reference device multiplies with `matrixmultiply`, which divides sums by the CPU's instruction sets. So these are part of its
/// identity, and of no other.
pub fn trainer_identity(device: Device) -> String {
    let mut lines = vec![
        ("device", device.name().to_owned()),
        ("arithmetic", format!("version {ARITHMETIC_VERSION}, {}", arithmetic_class())),
    ];
    if device == Device::Ndarray {
        lines.push(("cpu", format!("{}{}", std::env::consts::ARCH, features())));
    }
    lines.extend([
        ("libraries", env!("CROSSFOLD_LIBRARIES").to_owned()),
        ("compiler", env!("CROSSFOLD_COMPILER").to_owned()),
        ("sources", env!("CROSSFOLD_SOURCES").to_owned()),
    ]);
    lines.into_iter().fold(String::new(), |mut text, (name, value)| {
        writeln!(text, "{name} {value}").expect("writing to a String never fails");
        text
    })
}

/// The available instruction sets by which `matrixmultiply` chooses its loops.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
fn features() -> String {
    let mut text = String::new();
    macro_rules! name {
        ($($feature:tt)*) => {$(
            if std::arch::is_x86_feature_detected!($feature) {
                text.push(' ');
                text.push_str($feature);
            }
        )*};
    }
    name!("sse2" "avx" "avx2" "fma" "avx512f");
    text
}

#[cfg(target_arch = "aarch64")]
fn features() -> String {
    let mut text = String::new();
    macro_rules! name {
        ($($feature:tt)*) => {$(
            if std::arch::is_aarch64_feature_detected!($feature) {
                text.push(' ');
                text.push_str($feature);
            }
        )*};
    }
    name!("neon");
    text
}

#[cfg(not(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64")))]
fn features() -> String {
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_lists_everything_that_decides_bits() {
        let identity = trainer_identity(Device::Flex);
        assert_eq!(identity, trainer_identity(Device::Flex));
        assert_ne!(identity, trainer_identity(Device::Ndarray));
        let names = |identity: &str| -> Vec<String> {
            identity.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
        };
        assert_eq!(names(&identity), ["device", "arithmetic", "libraries", "compiler", "sources"]);
        assert_eq!(names(&trainer_identity(Device::Ndarray))[2], "cpu");
        for part in [format!("burn {}", crate::BURN_VERSION), "macerator 0.5".to_owned(), "rustc 1.".to_owned()] {
            assert!(identity.contains(&part), "{part} in {identity}");
        }
        let sources = identity.lines().last().unwrap().split_once(' ').unwrap().1;
        assert!(sources.len() == 64 && sources.bytes().all(|byte| byte.is_ascii_hexdigit()), "{sources}");
    }
}
