// The grammar of image references: that of the distribution project's reference format, without its limit of lengths. Apart
// from its schema, for those who need no more than that.

const host =
  "([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:[0-9]+)?/)?";
const component = "[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*";

export const imageReferencePattern = new RegExp(
  `^${host}${component}(/${component})*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?$`,
);
