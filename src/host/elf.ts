/** The first bytes of an executable: what the kernel would make of them. Garbage is expected; every read stays inside of the bytes given. */

export type Executable =
  | { readonly type: 'elf'; readonly machine: number; readonly bits: 32 | 64; readonly interpreter?: string }
  | { readonly type: 'script'; readonly interpreter: string }
  | { readonly type: 'other' };

const PT_INTERP = 3;
/** More program headers than any linker writes. */
const MOST_HEADERS = 128;
const LONGEST_PATH = 4096;
/** BINPRM_BUF_SIZE: as much of a "#!" line as the kernel reads. */
const SCRIPT_LINE = 256;

/** Reads an ELF header (elf(5)) or a "#!" line (execve(2)). */
export function readExecutable(bytes: Buffer): Executable {
  if (bytes.length >= 2 && bytes.toString('latin1', 0, 2) === '#!') return readScript(bytes);
  if (bytes.length < 52 || bytes.readUInt32BE(0) !== 0x7f454c46) return { type: 'other' };
  const [kind, order] = [bytes[4], bytes[5]];
  if ((kind !== 1 && kind !== 2) || (order !== 1 && order !== 2)) return { type: 'other' };
  const reader = new ElfReader(bytes, order === 1, kind === 2);
  const interpreter = reader.interpreter();
  return {
    type: 'elf',
    machine: reader.number(18, 2) ?? 0,
    bits: kind === 2 ? 64 : 32,
    ...(interpreter === undefined ? {} : { interpreter }),
  };
}

/** The interpreter ends at white space; a carriage return is not white space to the kernel. */
function readScript(bytes: Buffer): Executable {
  const [line = ''] = bytes.toString('latin1', 2, SCRIPT_LINE).split('\n');
  const [interpreter = ''] = line.replace(/^[ \t]+/, '').split(/[ \t\0]/);
  return interpreter === '' ? { type: 'other' } : { type: 'script', interpreter };
}

class ElfReader {
  readonly #bytes: Buffer;
  readonly #littleEndian: boolean;
  readonly #wide: boolean;

  constructor(bytes: Buffer, littleEndian: boolean, wide: boolean) {
    this.#bytes = bytes;
    this.#littleEndian = littleEndian;
    this.#wide = wide;
  }

  /** An unsigned number of 2, 4 or 8 bytes; undefined when it lies outside, or is larger than a file. */
  number(offset: number, size: 2 | 4 | 8): number | undefined {
    if (offset < 0 || offset + size > this.#bytes.length) return undefined;
    if (size < 8)
      return this.#littleEndian ? this.#bytes.readUIntLE(offset, size) : this.#bytes.readUIntBE(offset, size);
    const value = this.#littleEndian
      ? this.#bytes.readBigUInt64LE(offset)
      : this.#bytes.readBigUInt64BE(offset);
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(value);
  }

  /** The path in the PT_INTERP segment: the dynamic loader. */
  interpreter(): string | undefined {
    const wide = this.#wide;
    const start = wide ? this.number(32, 8) : this.number(28, 4);
    const size = this.number(wide ? 54 : 42, 2);
    const count = this.number(wide ? 56 : 44, 2);
    if (start === undefined || size === undefined || count === undefined) return undefined;
    for (let index = 0; index < Math.min(count, MOST_HEADERS); index++) {
      const header = start + index * size;
      if (this.number(header, 4) !== PT_INTERP) continue;
      const from = wide ? this.number(header + 8, 8) : this.number(header + 4, 4);
      const length = wide ? this.number(header + 32, 8) : this.number(header + 16, 4);
      return this.#text(from, length);
    }
    return undefined;
  }

  #text(from: number | undefined, length: number | undefined): string | undefined {
    if (from === undefined || length === undefined || length === 0 || length > LONGEST_PATH) return undefined;
    if (from + length > this.#bytes.length) return undefined;
    const [text = ''] = this.#bytes.toString('utf8', from, from + length).split('\0');
    return text === '' ? undefined : text;
  }
}
