import { type MarketData, parseHours, parsePrices } from '../../adauction/index.ts';
import type { Storage } from '../../kernel/index.ts';

/** What `--data` is called in help. */
export const DATA_HELP =
  'real prices (ipinyou/info/*.json) and hours (avito-bat/traffic_share.csv) in place of synthetic ones';

/** The nine campaigns of iPinYou. */
const CAMPAIGNS = [1458, 2259, 2261, 2821, 2997, 3358, 3386, 3427, 3476];

/** The data of a folder; null without one. @throws GV_BAD_INPUT naming the file that is missing or is none. */
export async function readMarketData(
  folder: string | undefined,
  storage: Storage,
): Promise<MarketData | null> {
  if (folder === undefined) return null;
  const prices = await Promise.all(
    CAMPAIGNS.map(async (campaign) => {
      const path = `${folder}/ipinyou/info/${campaign}.json`;
      return parsePrices(await storage.readText(path), path);
    }),
  );
  const path = `${folder}/avito-bat/traffic_share.csv`;
  return { prices, hours: parseHours(await storage.readText(path), path) };
}
