import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

/** Fills a folder beside the wanted one and renames it, so that a broken or concurrent run leaves no half of one. */
export function fillOnce(folder: string, fill: (temporary: string) => void): void {
  mkdirSync(dirname(folder), { recursive: true });
  const temporary = mkdtempSync(`${folder}-`);
  try {
    fill(temporary);
    try {
      renameSync(temporary, folder);
    } catch (error) {
      // Another test file that installs it at the same time was first: its folder is as good.
      if (!existsSync(folder)) throw error;
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
