// What a terminal shows after it was sent some text: as much of one as our own screens need. Used by svg.mjs and by tests.

/** A terminal with lines of cells `{ text, style }`; `style` is the SGR parameters in force, in order ("1;31"). See console_codes(4). */
export class Screen {
  constructor(columns, rows) {
    this.columns = columns;
    this.rows = rows;
    /** All lines, those that were scrolled away too. */
    this.lines = [[]];
    this.row = 0;
    this.column = 0;
    this.style = new Map();
  }

  /** Takes what a program writes. Throws for what no screen of ours sends. */
  write(text) {
    for (const [token] of text.matchAll(/\u001b\[[?]?[\d;]*[A-Za-z]|\r|\n|[^\u001b\r\n]/gu)) {
      if (token === '\r') this.column = 0;
      else if (token === '\n') this.#newLine();
      else if (token.startsWith('\u001b')) this.#control(token);
      else this.#put(token);
    }
  }

  /** The lines that are on the screen, as text. */
  text() {
    return this.visible().map(line =>
      line
        .map(cell => cell?.text ?? ' ')
        .join('')
        .trimEnd(),
    );
  }

  /** The lines that are on the screen. */
  visible() {
    return this.lines.slice(-this.rows);
  }

  #put(character) {
    if (this.column >= this.columns) {
      this.column = 0;
      this.#newLine();
    }
    const line = this.lines[this.row];
    while (line.length < this.column) line.push({ text: ' ', style: '' });
    line[this.column] = { text: character, style: [...this.style.values()].join(';') };
    this.column += 1;
  }

  #newLine() {
    this.row += 1;
    if (this.row === this.lines.length) this.lines.push([]);
  }

  #control(token) {
    const [, parameters, code] = /^\u001b\[([?]?[\d;]*)([A-Za-z])$/.exec(token);
    const count = Number(parameters) || 1;
    const line = this.lines[this.row];
    if (code === 'm') this.#select(parameters);
    else if (code === 'A') this.row = Math.max(this.lines.length - this.rows, this.row - count, 0);
    else if (code === 'B') this.row = Math.min(this.lines.length - 1, this.row + count);
    else if (code === 'G') this.column = count - 1;
    else if (code === 'K' && parameters === '2') line.length = 0;
    else if (code === 'K') line.length = Math.min(line.length, this.column);
    else if (code === 'J') {
      line.length = Math.min(line.length, this.column);
      this.lines.length = this.row + 1;
    } else if (!'hl'.includes(code)) throw new Error(`no screen of ours sends ${JSON.stringify(token)}`);
  }

  /** Select Graphic Rendition: bold, dim, the foreground's eight colours, and back. */
  #select(parameters) {
    for (const word of parameters.split(';')) {
      const number = Number(word);
      if (number === 0) this.style.clear();
      else if (number === 22) for (const kind of ['bold', 'dim']) this.style.delete(kind);
      else if (number === 39) this.style.delete('colour');
      else if (number === 1) this.style.set('bold', '1');
      else if (number === 2) this.style.set('dim', '2');
      else if (number >= 30 && number <= 37) this.style.set('colour', word);
      else if (number >= 90 && number <= 97) this.style.set('colour', word);
      else throw new Error(`no screen of ours sends the style ${word}`);
    }
  }
}
