import { describe, expect, it } from '@jest/globals';
import { judgeAudit } from './advisories.ts';

const answer = (vulnerabilities: object) =>
  JSON.stringify({ auditReportVersion: 2, vulnerabilities, metadata: { vulnerabilities: { total: 0 } } });

describe('known weaknesses', () => {
  it.each([
    ['a registry that has no advisories', '{"message":"405 Method Not Allowed","statusCode":405}'],
    ['nobody who answers', ''],
    ['something else that answers', '<html>proxy</html>'],
  ])('are no reason to stop without an answer, and it says that nothing was checked: %s', (_what, printed) => {
    const { failed, message } = judgeAudit(printed);
    expect(failed).toBe(false);
    expect(message).toContain('nothing was checked');
  });

  it('are a reason to stop, by name', () => {
    const { failed, message } = judgeAudit(answer({ sax: { name: 'sax', severity: 'high', range: '<1.6.2' } }));
    expect(failed).toBe(true);
    expect(message).toContain('sax <1.6.2: high');
  });

  it('are told when there is none', () => {
    expect(judgeAudit(answer({}))).toEqual({ failed: false, message: 'no known weakness in the packages that ship' });
  });
});
