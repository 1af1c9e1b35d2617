const NAME = '[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9])?';
const KEY = `(?:[a-z0-9](?:[-.a-z0-9]*[a-z0-9])?/)?${NAME}`;
const VALUE = `(?:${NAME})?`;
const REQUIREMENTS = [
  `!\\s*(?<absent>${KEY})`,
  `(?<present>${KEY})`,
  `(?<equal>${KEY})\\s*(?:==?|!=)\\s*${VALUE}`,
  `(?<among>${KEY})\\s+(?:in|notin)\\s*\\(\\s*${VALUE}(?:\\s*,\\s*${VALUE})*\\s*\\)`,
].map((form) => new RegExp(`^${form}$`));

/**
 * The label keys that a selector asks of ("a=1,b in (x, y),!c"), each once; undefined: it is none. Whether an object
 * matches is for the API server to judge.
 */
export function selectorKeys(selector: string): string[] | undefined {
  const keys = selector
    .split(/,(?![^(]*\))/)
    .map((requirement) => requirement.trim())
    .map((requirement) => {
      const found = REQUIREMENTS.map((form) => form.exec(requirement)?.groups).find(Boolean);
      return found && Object.values(found)[0];
    });
  if (keys.some((key) => key === undefined)) return undefined;
  return [...new Set(keys as string[])];
}
