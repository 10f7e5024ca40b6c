import { styleText } from 'node:util';
import type { OutputStream } from './output.ts';

export type StyleName = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Wraps a text in a style, or returns it as it is where styles would only be noise. */
export type Style = (name: StyleName, text: string) => string;

/** Colour only on a terminal that shows it, and never when NO_COLOR is set (no-color.org). */
export function createStyle(stream: OutputStream, env: Readonly<Record<string, string | undefined>>): Style {
  const wanted = stream.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
  return wanted ? (name, text) => styleText(name, text, { validateStream: false }) : (_name, text) => text;
}
