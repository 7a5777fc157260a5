/** Words for a reader. Planners and screens say everything in English; src/lang has it in other languages. */

/** One text in the reader's language. */
export type Translate = (english: string) => string;

export const ENGLISH: Translate = text => text;
