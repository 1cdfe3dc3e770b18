const UNLIKE_IN_GRAPH = /[\0\p{Surrogate}]/u;

/**
 * A text as it reaches the graph: onnxruntime-node (1.30) cuts it at its first NUL and writes lone surrogates as
 * U+FFFD. The empty text stands for a missing value.
 */
export function textInGraph(text: string): string {
  if (!UNLIKE_IN_GRAPH.test(text)) return text;
  return (text.split('\0', 1)[0] as string).replaceAll(/\p{Surrogate}/gu, '\ufffd');
}
