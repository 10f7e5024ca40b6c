/** A brief to begin with, as `gavotte campaign init` writes it: YAML with a comment at whatever is not plain. */
export const SAMPLE_BRIEF = `# A campaign brief. Change what stands here, then:
#   gavotte campaign check brief.yaml                  what it says, and what is wrong with it
#   gavotte plan brief.yaml --registry URL             what it would buy; spends nothing
# Every field: docs/campaigns.md, or docs/schemas/brief.schema.json for editors.

advertiser:
  id: acme                          # the ledger's account that pays
  # Most that all campaigns of this advertiser may spend together. Money is always an amount in quotes
  # and a currency, the same in the whole brief.
  cap: { amount: "10000.00", currency: USD }

campaign: spring-launch             # its id, unique for the advertiser
name: Spring launch
objective: awareness                # awareness, consideration, conversion, reach

budget: { amount: "3000.00", currency: USD }

flight:
  start: 2027-03-01
  end: 2027-03-31                   # the last day is whole
  timeZone: UTC                     # where its days begin and end, such as Europe/Berlin

# Each channel has a share of the budget in percent, all together 100, or each has a budget of its own.
channels:
  - channel: ctv                    # display, video, ctv, mobile_app, native, audio, dooh, linear_tv
    share: 60
    dealType: [PG, PD]              # the first is asked for; left out: what is usual for the media
    maxDeals: 3
    maxCpm: { amount: "45.00", currency: USD }      # highest effective CPM, fees and all
    targetCpm: { amount: "30.00", currency: USD }   # what to negotiate for
    # impressions: 20000            # of each deal; left out: what budget / maxDeals buys at maxCpm
    # minImpressions: 10000         # smaller deals are not worth having
  - channel: display
    share: 40
    maxCpm: { amount: "15.00", currency: USD }
    formats: [300x250, 728x90]

# Whom to reach. strictness says what happens to a seller that cannot: required leaves it out.
# audience:
#   primary: { taxonomy: iab-audience, version: "1.1", identifier: "3-7" }
#   exclusions:
#     - { taxonomy: iab-audience, version: "1.1", identifier: "3-9" }
#   strictness: { primary: required, exclusions: preferred }

geo:
  - { type: country, value: USA }   # ISO 3166 alpha-3; also state (US-CA), dma, metro, zip

kpis:
  - { metric: VCR, target: 70 }     # CTR and VCR in percent; CPM, CPC, CPCV as money; ROAS and GRP as numbers

brandSafety:
  excludedCategories: ["v9i3On"]    # IAB Content Taxonomy
  excludedKeywords: [gambling]
  excludedDomains: []

frequencyCap: { impressions: 5, windowHours: 24 }   # for one person

pacing: { model: even }             # even, ahead, asap; or { model: custom, weights: [one for each day] }

preferredSellers: []                # seller ids or base URLs
excludedSellers: []                 # never asked

approvals:                          # which steps wait for a person
  plan: true
  booking: true
  creative: false
  pacing: false

notes: ""
`;
