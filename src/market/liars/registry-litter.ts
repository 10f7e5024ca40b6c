/**
 * What gets onto a registry's page between the good entries (fault B11): each costs itself alone, and none of
 * the addresses may be called.
 */
export const REGISTRY_LITTER: readonly unknown[] = [
  null,
  42,
  'a seller',
  [],
  {},
  { agent_name: 7, endpoint_url: 'https://numeric-name.example', industry_roles: ['seller'] },
  { agent_name: 'No Address', endpoint_url: null, industry_roles: ['seller'], capabilities: ['ctv'] },
  { agent_name: 'Script Address', endpoint_url: 'javascript:alert(1)', industry_roles: ['seller'] },
  { agent_name: 'File Address', endpoint_url: 'file:///etc/passwd', industry_roles: ['seller'] },
  {
    agent_name: 'Metadata',
    endpoint_url: 'http://169.254.169.254/latest/meta-data',
    industry_roles: ['seller'],
    capabilities: ['ctv'],
  },
  {
    agent_name: 'Private Net',
    endpoint_url: 'https://10.0.0.1',
    industry_roles: ['seller'],
    capabilities: ['ctv'],
  },
  {
    agent_name: 'Mapped Address',
    endpoint_url: 'https://[::ffff:192.168.0.1]',
    industry_roles: ['seller'],
    capabilities: ['ctv'],
  },
  {
    agent_name: 'Roles As Text',
    endpoint_url: 'https://roles.example',
    industry_roles: 'seller',
    capabilities: { ctv: true },
  },
  {
    agent_name: 'x'.repeat(20_000),
    endpoint_url: `https://${'y'.repeat(300)}.example`,
    industry_roles: ['seller'],
  },
  { agent_id: 'half-a-card', name: null, url: 12 },
];
