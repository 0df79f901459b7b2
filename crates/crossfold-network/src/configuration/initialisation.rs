//! Initial weights.

words! {
    /// The distribution of a layer's initial weights. Fan-in is the number of inputs of each of its outputs, fan-out the number
    /// of outputs that each input has a part in.
    Init {
        /// Uniform in ±1/√(fan-in), biases too: PyTorch's default.
        FanIn = "fan_in",
        /// Uniform in ±√(6 / fan-in), biases 0 (He et al. 2015).
        He = "he",
        /// Uniform in ±√(6 / (fan-in + fan-out)), biases 0 (Glorot and Bengio 2010).
        Glorot = "glorot",
        /// Uniform in ±√(3 / fan-in), biases 0 (LeCun et al. 1998).
        Lecun = "lecun",
        /// Orthonormal rows or columns, biases 0 (Saxe, McClelland and Ganguli 2014).
        Orthogonal = "orthogonal",
    }
}
