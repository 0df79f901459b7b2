//! The identity of the trainer: everything besides the fit itself that may change a fit's bits.

use std::fmt::Write as _;

use crossfold_study::Device;

/// Returns one line each for the device, the CPU, its caches, the libraries, the compiler and the sources of the
/// trainer. Equal fits by trainers with the same identity have the same bits.
///
/// The CPU's line has the instruction sets by which libraries choose their loops. Cache sizes matter because `gemm`
/// divides sums into blocks of a size that depends on them, which changes the order of addition.
pub fn trainer_identity(device: Device) -> String {
    let caches = gemm_common::cache::CACHE_INFO.iter().map(|cache| cache.cache_bytes.to_string());
    let lines = [
        ("device", device.name().to_owned()),
        ("cpu", format!("{}{}", std::env::consts::ARCH, features())),
        ("caches", caches.collect::<Vec<_>>().join(" ")),
        ("libraries", env!("CROSSFOLD_LIBRARIES").to_owned()),
        ("compiler", env!("CROSSFOLD_COMPILER").to_owned()),
        ("sources", env!("CROSSFOLD_SOURCES").to_owned()),
    ];
    lines.into_iter().fold(String::new(), |mut text, (name, value)| {
        writeln!(text, "{name} {value}").expect("writing to a String never fails");
        text
    })
}

/// The available instruction sets by which gemm, pulp, macerator, matrixmultiply and chacha20 choose their loops.
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
    name!("sse2" "sse3" "ssse3" "sse4.1" "sse4.2" "avx" "avx2" "fma" "f16c" "bmi1" "bmi2" "lzcnt" "avx512f");
    name!("avx512bw" "avx512cd" "avx512dq" "avx512vl");
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
    name!("neon" "fp16" "fcma" "sve");
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
        let names: Vec<&str> = identity.lines().filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(names, ["device", "cpu", "caches", "libraries", "compiler", "sources"]);
        for part in [format!("burn {}", crate::BURN_VERSION), "gemm-f32 ".to_owned(), "rustc 1.".to_owned()] {
            assert!(identity.contains(&part), "{part} in {identity}");
        }
        let sources = identity.lines().last().unwrap().split_once(' ').unwrap().1;
        assert!(sources.len() == 64 && sources.bytes().all(|byte| byte.is_ascii_hexdigit()), "{sources}");
        let caches = identity.lines().find(|line| line.starts_with("caches")).unwrap();
        assert!(caches.split(' ').skip(1).all(|bytes| bytes.parse::<usize>().is_ok_and(|bytes| bytes > 0)), "{caches}");
    }
}
