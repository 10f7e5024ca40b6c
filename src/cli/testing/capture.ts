import { Output, type OutputStream } from '../output.ts';

/** A stream that keeps what is written to it. */
export class CapturedStream implements OutputStream {
  text = '';
  readonly isTTY: boolean;
  readonly columns: number | undefined;

  constructor(options: { isTTY?: boolean; columns?: number } = {}) {
    this.isTTY = options.isTTY ?? false;
    this.columns = options.columns;
  }

  write(text: string): void {
    this.text += text;
  }
}

/** An output whose two streams can be looked at. */
export function captureOutput(
  options: { json?: boolean; isTTY?: boolean; columns?: number; env?: Record<string, string> } = {},
): { output: Output; stdout: CapturedStream; stderr: CapturedStream } {
  const stdout = new CapturedStream(options);
  const stderr = new CapturedStream(options);
  const output = new Output({ json: options.json ?? false, stdout, stderr, env: options.env ?? {} });
  return { output, stdout, stderr };
}
