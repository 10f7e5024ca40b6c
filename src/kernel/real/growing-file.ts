import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { GrowingFile } from '../world.ts';

/** A growing file on this machine's disk. Rejects as `node:fs` does. */
export async function openGrowingFile(path: string, access: 'append' | 'read'): Promise<GrowingFile> {
  if (access === 'append') await mkdir(dirname(path), { recursive: true });
  const handle = await open(path, access === 'append' ? 'a+' : 'r');
  if (access === 'append') await syncFolder(dirname(path));
  return {
    size: async () => (await handle.stat()).size,
    append: (bytes) => writeAll(handle, bytes),
    read: (position, length) => readUpTo(handle, position, length),
    sync: () => handle.datasync(),
    close: () => handle.close(),
  };
}

/** A new file's name is in its folder, which has to reach the disk as well. */
async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder, and writes names through by itself.
  if (process.platform === 'win32') return;
  await using handle = await open(folder, 'r');
  await handle.sync();
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await handle.write(bytes, done)).bytesWritten;
}

async function readUpTo(handle: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}
