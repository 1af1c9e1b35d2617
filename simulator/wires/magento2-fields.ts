/** What is to be shown of an object: names, each with what is to be shown of it, or all of it. */
interface Shown {
  [name: string]: Shown | true;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * An answer with no more than `fields` names (`items[sku,extension_attributes[links[id]]],total_count`). As Magento
 * does it (`Webapi\Rest\Response\FieldsFilter`): names that there are not are passed over, what is wrongly written
 * makes the answer an empty list, and a list that is filtered and empty becomes null.
 */
export function filtered(answer: Json, query: URLSearchParams): unknown {
  const fields = query.get('fields');
  if (fields === null) return answer;
  const shown = shownOf(fields);
  return shown === undefined ? [] : cut(answer, shown);
}

/** Undefined where it is wrongly written. Brackets that close nothing are no fault. */
function shownOf(fields: string): Shown | undefined {
  if (!/^[\w[\],]+$/.test(fields)) return undefined;
  const above: { readonly shown: Shown; readonly name: string }[] = [];
  let [shown, name]: [Shown, string] = [{}, ''];
  for (const part of fields.match(/\w+|[[\]]/g) ?? []) {
    if (part === '[') {
      above.push({ shown, name });
      shown = {};
    } else if (part === ']') {
      const outer = above.pop();
      if (!outer) continue;
      outer.shown[outer.name] = shown;
      shown = outer.shown;
    } else {
      name = part;
      shown[name] = true;
    }
  }
  return above.length > 0 ? undefined : shown;
}

/** PHP tells lists from objects by whether any key is a word: of an empty one it cannot. */
function cut(value: object, shown: Shown): unknown {
  if (Object.keys(value).length === 0) return null;
  if (Array.isArray(value)) return value.map((each: Json) => cutObject(each, shown));
  return cutObject(value as Json, shown);
}

const cutObject = (value: Json, shown: Shown): Json =>
  Object.fromEntries(
    Object.entries(value).flatMap(([name, own]) => {
      const inner = shown[name];
      if (inner === undefined) return [];
      return [[name, inner !== true && typeof own === 'object' && own !== null ? cut(own, inner) : own]];
    }),
  );
