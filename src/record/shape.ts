/** What a value from outside has to look like. Each check returns undefined, or where it is wrong: "plan.steps[3].id is no text". */

export type Shape = (value: unknown, place: string) => string | undefined;

export const text: Shape = (value, place) => (typeof value === 'string' ? undefined : `${place} is no text`);

/** A finite number that is not negative. */
export const amount: Shape = (value, place) =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? undefined : `${place} is no amount`;

export const yesOrNo: Shape = (value, place) =>
  typeof value === 'boolean' ? undefined : `${place} is neither true nor false`;

export const anything: Shape = () => undefined;

/** A word of small letters, digits and "-", as the names of lessons are. */
export const word: Shape = (value, place) =>
  typeof value === 'string' && /^[a-z0-9-]{1,64}$/.test(value) ? undefined : `${place} is no name`;

export function oneOf(...words: readonly string[]): Shape {
  return (value, place) =>
    words.some(word => word === value) ? undefined : `${place} is not one of ${words.join(', ')}`;
}

export function listOf(shape: Shape): Shape {
  return (value, place) => {
    if (!Array.isArray(value)) return `${place} is no list`;
    for (const [index, one] of value.entries()) {
      const fault = shape(one, `${place}[${index}]`);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}

/** An object with these fields; `optional` ones may be missing, and others may be there. */
export function object(
  fields: Readonly<Record<string, Shape>>,
  optional: Readonly<Record<string, Shape>> = {},
): Shape {
  return (value, place) => {
    if (!isObject(value)) return `${place} is no object`;
    for (const [name, shape] of Object.entries(fields)) {
      const fault = shape(own(value, name), `${place}.${name}`);
      if (fault !== undefined) return fault;
    }
    for (const [name, shape] of Object.entries(optional)) {
      const field = own(value, name);
      const fault = field === undefined ? undefined : shape(field, `${place}.${name}`);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}

/** An object whose field `type` says which of the shapes it has. */
export function byType(shapes: Readonly<Record<string, Shape>>): Shape {
  return (value, place) => {
    const type = isObject(value) ? own(value, 'type') : undefined;
    const shape = typeof type === 'string' && Object.hasOwn(shapes, type) ? shapes[type] : undefined;
    return shape === undefined ? `${place}.type is not known` : shape(value, place);
  };
}

export function either(first: Shape, second: Shape): Shape {
  return (value, place) => (first(value, place) === undefined ? undefined : second(value, place));
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Nothing that an object has from its prototype. */
function own(value: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}
