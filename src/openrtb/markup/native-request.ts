import { z } from 'zod';
import { parseJson } from '../../kernel/index.ts';

const size = z.int().min(0).max(10_000).optional();
const asset = z.looseObject({
  id: z.int(),
  required: z.int().optional(),
  title: z.looseObject({ len: z.int().min(1) }).optional(),
  img: z.looseObject({ type: z.int().optional(), w: size, h: size, wmin: size, hmin: size }).optional(),
  data: z.looseObject({ type: z.int(), len: z.int().min(1).optional() }).optional(),
  video: z.unknown().optional(),
});
const schema = z.looseObject({
  ver: z.string().optional(),
  assets: z.array(asset).min(1).max(100),
  eventtrackers: z.array(z.looseObject({ event: z.int(), methods: z.array(z.int()) })).optional(),
});

/** One asset that the publisher asks for. */
export type NativeAssetRequest = z.infer<typeof asset>;
/** What a publisher asks of a native ad (OpenRTB Native 1.2 §4). */
export type NativeRequest = z.infer<typeof schema>;

/** The native request out of `imp.native.request`, bare or inside `native` as version 1.0 has it; `undefined` if it is none. */
export function readNativeRequest(text: string): NativeRequest | undefined {
  let value: unknown;
  try {
    value = parseJson(text, 'native.request');
  } catch {
    return undefined;
  }
  const inner = (value as { native?: unknown } | null)?.native;
  const parsed = schema.safeParse(inner ?? value);
  return parsed.success ? parsed.data : undefined;
}
