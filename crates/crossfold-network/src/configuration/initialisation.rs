//! Where weights come from.

words! {
    /// How a layer's initial weights are drawn; `fan in` and `fan out` are the numbers of values that a
    /// value of the layer is made from, and has a part in.
    Init {
        /// Uniform within ±1/√(fan in), biases too: PyTorch's default.
        FanIn = "fan_in",
        /// Uniform within ±√(6 / fan in), biases 0 (He et al. 2015).
        He = "he",
        /// Uniform within ±√(6 / (fan in + fan out)), biases 0 (Glorot and Bengio 2010).
        Glorot = "glorot",
        /// Uniform within ±√(3 / fan in), biases 0 (LeCun et al. 1998).
        Lecun = "lecun",
        /// Rows or columns of length 1 at right angles, biases 0 (Saxe, McClelland and Ganguli 2014).
        Orthogonal = "orthogonal",
    }
}
