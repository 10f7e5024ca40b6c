import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventFileHeader, maskedCrc, scalarsEvent } from './tensorboard.ts';

test('checksums are CRC-32C, masked', () => {
  // RFC 3720 B.4: 32 bytes of zeros have the CRC-32C 0x8a9136aa.
  const crc = 0x8a9136aa;
  const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  assert.equal(maskedCrc(new Uint8Array(32)), masked);
});

test('a record is its length, a checksum, the message and a checksum', () => {
  const record = Buffer.from(eventFileHeader(1.5));
  const length = Number(record.readBigUInt64LE(0));
  assert.equal(record.length, length + 16);
  assert.equal(record.readUInt32LE(8), maskedCrc(record.subarray(0, 8)));
  const message = record.subarray(12, 12 + length);
  assert.equal(record.readUInt32LE(12 + length), maskedCrc(message));
  assert.equal(message.readDoubleLE(1), 1.5);
  assert.equal(message.subarray(11).toString(), 'brain.Event:2');
});

test('a step carries its scalars by tag', () => {
  const record = Buffer.from(scalarsEvent(2, 300, [{ tag: 'reward/bidder', value: 0.25 }]));
  // Field 2 is the step as a varint: 300 = 0xac 0x02.
  assert.deepEqual([...record.subarray(12 + 9, 12 + 12)], [0x10, 0xac, 0x02]);
  const at = record.indexOf('reward/bidder');
  assert.ok(at > 0);
  assert.equal(record.readFloatLE(at + 'reward/bidder'.length + 1), 0.25);
});
