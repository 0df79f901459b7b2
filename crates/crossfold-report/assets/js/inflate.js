// ---- inflate.js: DEFLATE (RFC 1951), at once. The browser's own DecompressionStream takes turns of the event loop, and what
// prints a page right after it has loaded (`chromium --print-to-pdf`) doesn't wait for those.

/** The order in which the lengths of the code of code lengths stand, and what codes of lengths and distances start from. */
const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const LENGTH_FROM = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_FROM = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
const DISTANCE_EXTRA = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];

/** A Huffman code by the lengths of its symbols: for each possible next `width` bits, a symbol and its length. */
function huffman(lengths) {
  const width = Math.max(1, ...lengths);
  const table = new Uint16Array(1 << width);
  let code = 0;
  for (let length = 1; length <= width; length++) {
    lengths.forEach((one, symbol) => {
      if (one !== length) return;
      // Codes are read from their highest bit, everything else from the lowest.
      let reversed = 0;
      for (let bit = 0; bit < length; bit++) reversed |= ((code >> bit) & 1) << (length - 1 - bit);
      for (let at = reversed; at < table.length; at += 1 << length) table[at] = (symbol << 4) | length;
      code++;
    });
    code <<= 1;
  }
  return { table, width };
}

function inflate(bytes) {
  let [at, held, bits] = [0, 0, 0];
  let [out, size] = [new Uint8Array(bytes.length * 6 + 1024), 0];

  const damaged = () => new Error("its data are damaged");
  const fetch = (count) => {
    while (held < count) {
      // A code may be read beyond the end, but never used.
      if (at > bytes.length + 4) throw damaged();
      bits |= bytes[at++] << held;
      held += 8;
    }
  };
  const take = (count) => {
    fetch(count);
    const value = bits & ((1 << count) - 1);
    bits >>>= count;
    held -= count;
    return value;
  };
  const symbol = ({ table, width }) => {
    fetch(width);
    const entry = table[bits & ((1 << width) - 1)];
    const length = entry & 15;
    if (length === 0) throw damaged();
    bits >>>= length;
    held -= length;
    return entry >> 4;
  };
  const reserve = (count) => {
    if (size + count <= out.length) return;
    const longer = new Uint8Array(2 * out.length + count);
    longer.set(out.subarray(0, size));
    out = longer;
  };
  const stored = () => {
    at -= held >> 3;
    [bits, held] = [0, 0];
    const count = bytes[at] | (bytes[at + 1] << 8);
    at += 4;
    if (at + count > bytes.length) throw damaged();
    reserve(count);
    out.set(bytes.subarray(at, at + count), size);
    at += count;
    size += count;
  };
  const fixed = () => {
    const lengths = Array.from({ length: 288 }, (_, of) => (of < 144 ? 8 : of < 256 ? 9 : of < 280 ? 7 : 8));
    return [huffman(lengths), huffman(Array(30).fill(5))];
  };
  const dynamic = () => {
    const [literals, distances, codes] = [take(5) + 257, take(5) + 1, take(4) + 4];
    const own = Array(19).fill(0);
    for (const of of LENGTH_ORDER.slice(0, codes)) own[of] = take(3);
    const code = huffman(own);
    const lengths = [];
    while (lengths.length < literals + distances) {
      const of = symbol(code);
      if (of < 16) lengths.push(of);
      else {
        const [value, count] = of === 16 ? [lengths.at(-1), 3 + take(2)] : [0, of === 17 ? 3 + take(3) : 11 + take(7)];
        for (let more = 0; more < count; more++) lengths.push(value);
      }
    }
    return [huffman(lengths.slice(0, literals)), huffman(lengths.slice(literals))];
  };
  const coded = ([literals, distances]) => {
    for (;;) {
      const of = symbol(literals);
      if (of < 256) {
        reserve(1);
        out[size++] = of;
        continue;
      }
      if (of === 256) return;
      const length = LENGTH_FROM[of - 257] + take(LENGTH_EXTRA[of - 257]);
      const place = symbol(distances);
      const from = size - DISTANCE_FROM[place] - take(DISTANCE_EXTRA[place]);
      if (!(length > 0 && from >= 0)) throw damaged();
      reserve(length);
      // One by one, because a copy may overlap itself.
      for (let more = 0; more < length; more++) out[size + more] = out[from + more];
      size += length;
    }
  };

  let isLast = false;
  while (!isLast) {
    isLast = take(1) === 1;
    const kind = take(2);
    if (kind === 0) stored();
    else if (kind === 1) coded(fixed());
    else if (kind === 2) coded(dynamic());
    else throw damaged();
  }
  return out.subarray(0, size);
}
