/**
 * A bounded set of ids, kept as hashes of 64 bits: 16 bytes for each id. Strings would need more than 100, which for a
 * gigabyte of transcripts is more than everything else here.
 */
const FIRST_SLOTS = 1 << 12;
/** The older half is forgotten above this, so at most twice as many are kept: 8 MB. */
const MAX_IDS = 1 << 18;

export class KnownIds {
  readonly #max: number;
  #young = new HashTable();
  #old = new HashTable();

  /** @param max after so many further ids, older ones are forgotten */
  constructor(max = MAX_IDS) {
    this.#max = max;
  }

  /** @returns false if the id is known already */
  add(id: string): boolean {
    const [high, low] = hash64(id);
    if (this.#old.has(high, low) || !this.#young.add(high, low)) return false;
    if (this.#young.size >= this.#max) {
      this.#old = this.#young;
      this.#young = new HashTable();
    }
    return true;
  }
}

/** Open addressing with linear probing, at most half full. */
class HashTable {
  size = 0;
  #slots = new Uint32Array(2 * FIRST_SLOTS);

  has(high: number, low: number): boolean {
    return this.#slots[this.#place(high, low) + 1] !== 0;
  }

  add(high: number, low: number): boolean {
    const place = this.#place(high, low);
    if (this.#slots[place + 1] !== 0) return false;
    this.#slots[place] = high;
    this.#slots[place + 1] = low;
    this.size += 1;
    if (this.size * 4 > this.#slots.length) this.#grow();
    return true;
  }

  /** @returns where these two numbers are, or the free slot where they belong */
  #place(high: number, low: number): number {
    const slots = this.#slots;
    for (let place = (high * 2) % slots.length; ; place = (place + 2) % slots.length) {
      if (slots[place + 1] === 0 || (slots[place] === high && slots[place + 1] === low)) return place;
    }
  }

  #grow(): void {
    const earlier = this.#slots;
    this.#slots = new Uint32Array(2 * earlier.length);
    this.size = 0;
    for (let place = 0; place < earlier.length; place += 2) {
      const [high = 0, low = 0] = earlier.subarray(place, place + 2);
      if (low !== 0) this.add(high, low);
    }
  }
}

/**
 * Two different hashes of 32 bits (FNV-1a, and one with the multiplier of MurmurHash). Nobody gains from ids with equal
 * hashes, and a hash of OpenSSL would allocate for each.
 */
function hash64(id: string): [high: number, low: number] {
  let high = 0x811c9dc5;
  let low = 0x9747b28c;
  for (let i = 0; i < id.length; i++) {
    const unit = id.charCodeAt(i);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit, 0x5bd1e995);
    low ^= low >>> 15;
  }
  // Zero marks a free slot.
  return [(high ^ (high >>> 16)) >>> 0, low >>> 0 || 1];
}
