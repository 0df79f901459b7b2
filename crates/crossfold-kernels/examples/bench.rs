#![allow(unsafe_code)]
use crossfold_kernels::{Matrix, MatrixMut, multiply};
use std::time::Instant;
fn fill(n: usize) -> Vec<f32> {
    let mut s = 1u32;
    (0..n)
        .map(|_| {
            s = s.wrapping_mul(1664525).wrapping_add(1013904223);
            (s >> 8) as f32 / 1e7 - 0.8
        })
        .collect()
}
fn main() {
    let shapes = [
        (32, 256, 784, false, false),
        (784, 256, 32, true, false),
        (32, 784, 256, false, true),
        (32, 128, 256, false, false),
        (256, 128, 32, true, false),
        (32, 256, 128, false, true),
        (32, 10, 128, false, false),
        (128, 10, 32, true, false),
        (32, 128, 10, false, true),
        (128, 512, 784, false, false),
        (784, 512, 128, true, false),
        (128, 784, 512, false, true),
        (64, 32, 20, false, false),
        (20, 32, 64, true, false),
        (64, 20, 32, false, true),
        (32, 1, 784, false, false),
        (784, 1, 32, true, false),
        (32, 10, 784, false, false),
        (784, 10, 32, true, false),
        (32, 2, 20, false, false),
        (20, 2, 32, true, false),
        (32, 1, 20, false, false),
        (32, 1, 50, false, false),
        (32, 1, 100, false, false),
        (32, 1, 8, false, false),
        (20, 1, 32, true, false),
        (1, 256, 784, false, false),
        (1000, 256, 784, false, false),
        (72, 32, 196, true, false),
        (196, 72, 32, false, false),
        (32, 384, 128, false, false),
        (32, 128, 384, false, false),
    ];
    for (m, n, k, lt, rt) in shapes {
        let (l, r) = (fill(m * k), fill(k * n));
        let left = if lt { Matrix::new(&l, m).transposed() } else { Matrix::new(&l, k) };
        let right = if rt { Matrix::new(&r, k).transposed() } else { Matrix::new(&r, n) };
        let (mut a, mut b) = (vec![0.0f32; m * n], vec![0.0f32; m * n]);
        let reps = (40_000_000 / (m * n * k)).max(3);
        let (mut ta, mut tb) = (vec![], vec![]);
        let [lr, lc] = if lt { [1, m] } else { [k, 1] };
        let [rr, rc] = if rt { [1, k] } else { [n, 1] };
        for _ in 0..15 {
            let t = Instant::now();
            for _ in 0..reps {
                unsafe {
                    gemm::gemm(
                        m,
                        n,
                        k,
                        a.as_mut_ptr(),
                        1,
                        n as isize,
                        false,
                        l.as_ptr(),
                        lc as isize,
                        lr as isize,
                        r.as_ptr(),
                        rc as isize,
                        rr as isize,
                        1.0f32,
                        1.0f32,
                        false,
                        false,
                        false,
                        gemm::Parallelism::None,
                    )
                };
            }
            ta.push(t.elapsed().as_secs_f64() / reps as f64);
            let t = Instant::now();
            for _ in 0..reps {
                multiply(left, right, MatrixMut::new(&mut b, n));
            }
            tb.push(t.elapsed().as_secs_f64() / reps as f64);
        }
        ta.sort_by(f64::total_cmp);
        tb.sort_by(f64::total_cmp);
        let worst = a.iter().zip(&b).map(|(a, b)| (a - b).abs()).fold(0.0f32, f32::max);
        let gf = |t: f64| 2.0 * (m * n * k) as f64 / t / 1e9;
        println!(
            "{m:5}x{n:4}x{k:4} {}{} gemm {:8.2} us {:6.1} GF  own {:8.2} us {:6.1} GF  speed {:.2}  diff {worst:e}",
            if lt { 'T' } else { 'N' },
            if rt { 'T' } else { 'N' },
            ta[3] * 1e6,
            gf(ta[3]),
            tb[3] * 1e6,
            gf(tb[3]),
            ta[3] / tb[3]
        );
    }
}
