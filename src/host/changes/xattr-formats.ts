/** What getfattr(1) and tar(1) print about extended attributes, read. Paths are keys in latin1, which keeps every byte; values are hexadecimal. */

type Attributes = ReadonlyMap<string, ReadonlyMap<string, string>>;

const BLOCK = 512;
const XATTR = 'SCHILY.xattr.';

/** The attributes by path of `getfattr --dump --encoding=hex`. Entries without attributes are not in it. */
export function parseGetfattr(output: Buffer): Attributes {
  const found = new Map<string, Map<string, string>>();
  let current = new Map<string, string>();
  for (const line of output.toString('latin1').split('\n')) {
    if (line.startsWith('# file: ')) {
      current = new Map();
      found.set(unescaped(line.slice(8)), current);
    } else if (line !== '') {
      const equals = line.indexOf('=');
      const [name, value] = equals < 0 ? [line, ''] : [line.slice(0, equals), line.slice(equals + 1)];
      current.set(unescaped(name), value.replace(/^0x/, '').toLowerCase());
    }
  }
  return found;
}

/** The attributes by path of an archive in POSIX format; see pax(1), "extended header". */
export function parseTar(archive: Buffer): Attributes {
  const found = new Map<string, ReadonlyMap<string, string>>();
  let records = new Map<string, Buffer>();
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const header = archive.subarray(at, at + BLOCK);
    if (header[0] === 0) break;
    const size = Number.parseInt(text(header, 124, 12).trim() || '0', 8);
    if (!(size >= 0)) break;
    const type = String.fromCharCode(header[156] ?? 0);
    const content = archive.subarray(at + BLOCK, at + BLOCK + size);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    if (type === 'x') {
      records = recordsIn(content);
      continue;
    }
    if (type === 'g') continue;
    const prefix = text(header, 345, 155);
    const short = prefix === '' ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`;
    const path = records.get('path')?.toString('latin1') ?? short;
    const xattrs = [...records].flatMap(([key, value]) =>
      key.startsWith(XATTR) ? [[key.slice(XATTR.length), value.toString('hex')] as const] : [],
    );
    found.set(path.replace(/(?<=.)\/+$/, ''), new Map(xattrs));
    records = new Map();
  }
  return found;
}

/** "LENGTH KEY=VALUE\n", where LENGTH counts itself. */
function recordsIn(content: Buffer): Map<string, Buffer> {
  const records = new Map<string, Buffer>();
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const length = Number.parseInt(content.toString('latin1', at, space), 10);
    const equals = content.indexOf(0x3d, space);
    if (space < 0 || equals < 0 || !(length > 0)) break;
    records.set(content.toString('latin1', space + 1, equals), content.subarray(equals + 1, at + length - 1));
    at += length;
  }
  return records;
}

function text(block: Buffer, at: number, width: number): string {
  const end = block.subarray(at, at + width).indexOf(0);
  return block.toString('latin1', at, end < 0 ? at + width : at + end);
}

function unescaped(name: string): string {
  return name.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
