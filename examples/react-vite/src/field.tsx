import type { ReactNode } from "react";

type Aria = { readonly id: string; readonly "aria-invalid": boolean; readonly "aria-describedby": string };

type FieldProps = {
  readonly id: string;
  readonly label: string;
  /** What is wrong with the value, if anything. */
  readonly fault: string | undefined;
  /** The input, given what ties it to its label and its fault. */
  readonly children: (aria: Aria) => ReactNode;
};

/** A labelled input with what is wrong with it below. */
export function Field({ id, label, fault, children }: FieldProps) {
  const faultId = `${id}-fault`;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, "aria-invalid": fault !== undefined, "aria-describedby": faultId })}
      <p id={faultId} className="fault">
        {fault}
      </p>
    </div>
  );
}
