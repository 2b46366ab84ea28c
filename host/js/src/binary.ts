/** WebAssembly's binary format, as far as it is read here: a component's parts, and the memory of a module. */

export type Bytes = Uint8Array<ArrayBuffer>;

interface Section {
  readonly id: number;
  readonly start: number;
  readonly content: Bytes;
  readonly end: number;
}

/** The bytes are no component, or not such a one. */
export class MalformedError extends Error {}

/** Magic and version. */
const HEADER = 8;
const COMPONENT = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];
const CUSTOM_SECTION = 0;
/** In a component. */
const MODULE_SECTION = 1;
/** In a module. */
const MEMORY_SECTION = 5;

/** How much memory an instance may have, in pages of 64 KiB: 16 MiB. */
const MEMORY_PAGES = 256;

/** The text in the last of a component's own custom sections of this name. */
export function customSection(component: Bytes, name: string): string | undefined {
  let text: string | undefined;
  for (const { id, content } of sectionsOfComponent(component)) {
    if (id !== CUSTOM_SECTION) continue;
    const length = readUnsigned(content, 0);
    const end = length.next + length.value;
    if (end > content.length) throw new MalformedError("a section's name is cut off");
    if (decode(content.subarray(length.next, end)) === name) text = decode(content.subarray(end));
  }
  return text;
}

/** A component's core modules, in their order. */
export function coreModules(component: Bytes): Bytes[] {
  const modules = [...sectionsOfComponent(component)].filter(({ id }) => id === MODULE_SECTION);
  return modules.map(({ content }) => content);
}

/** Give the memory of a core module a maximum. WebAssembly in JavaScript takes none from outside. */
export function limitMemory(module: Bytes): Bytes {
  const memories = [...sections(module)].find(({ id }) => id === MEMORY_SECTION);
  if (memories === undefined) return module;
  return concatenate(
    module.subarray(0, memories.start),
    limitedMemories(memories.content),
    module.subarray(memories.end),
  );
}

/** A section of memories with a maximum, made of the content of one. */
function limitedMemories(memories: Bytes): Bytes {
  const count = readUnsigned(memories, 0);
  const flags = memories[count.next];
  if (count.value !== 1 || flags === undefined || flags > 1) {
    throw new MalformedError("a core module has no ordinary memory");
  }
  const minimum = readUnsigned(memories, count.next + 1);
  if (minimum.value > MEMORY_PAGES) {
    throw new MalformedError("a core module begins with more than 16 MiB of memory");
  }
  const maximum = flags === 1 ? readUnsigned(memories, minimum.next).value : MEMORY_PAGES;
  const content = [
    ...writeUnsigned(1),
    1, // there is a maximum
    ...writeUnsigned(minimum.value),
    ...writeUnsigned(Math.min(maximum, MEMORY_PAGES)),
  ];
  return new Uint8Array([MEMORY_SECTION, ...writeUnsigned(content.length), ...content]);
}

function sectionsOfComponent(component: Bytes): Generator<Section> {
  if (!COMPONENT.every((byte, at) => component[at] === byte)) throw new MalformedError("it is no component");
  return sections(component);
}

function* sections(binary: Bytes): Generator<Section> {
  for (let start = HEADER; start < binary.length; ) {
    const id = binary[start] ?? NaN;
    const size = readUnsigned(binary, start + 1);
    const end = size.next + size.value;
    if (end > binary.length) throw new MalformedError("a section is cut off");
    yield { id, start, content: binary.subarray(size.next, end), end };
    start = end;
  }
}

/** Read a number in LEB128. */
function readUnsigned(bytes: Bytes, at: number): { value: number; next: number } {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    if (byte === undefined || shift > 28) throw new MalformedError("a number is cut off or too large");
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, next: at };
  }
}

function writeUnsigned(value: number): number[] {
  const bytes = [];
  for (; value >= 0x80; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}

function concatenate(...parts: Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const decode = (bytes: Bytes): string => new TextDecoder().decode(bytes);
