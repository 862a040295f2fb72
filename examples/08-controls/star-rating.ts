/**
 * `<star-rating>`: a custom element that takes part in a form, as a control of one's own does. Troupe knows nothing of
 * it: it has a `value`, takes one, and fires `input` and `change`. The page loads this file as a script.
 */

const most = 5;

class StarRating extends HTMLElement {
  static readonly formAssociated = true;
  readonly #internals = this.attachInternals();
  readonly #shadow = this.attachShadow({ mode: 'open' });
  #value = 0;

  constructor() {
    super();
    this.addEventListener('keydown', this.#press);
    this.addEventListener('click', this.#click);
  }

  connectedCallback(): void {
    // A value that was written before this script ran hides the accessor of the class.
    const { value } = this;
    if (Object.hasOwn(this, 'value')) Reflect.deleteProperty(this, 'value');
    this.tabIndex = 0;
    this.#internals.role = 'slider';
    this.#internals.ariaValueMin = '0';
    this.#internals.ariaValueMax = `${most}`;
    this.value = value;
  }

  get value(): string {
    return `${this.#value}`;
  }

  set value(value: string) {
    this.#value = Math.min(Math.max(Math.round(Number(value)) || 0, 0), most);
    this.#shadow.textContent = '★'.repeat(this.#value) + '☆'.repeat(most - this.#value);
    this.#internals.ariaValueNow = this.value;
    this.#internals.ariaValueText = `${this.value} of ${most} stars`;
    this.#internals.setFormValue(this.value);
  }

  formResetCallback(): void {
    this.value = '0';
  }

  /** The user chooses a value. */
  #choose(value: number): void {
    const before = this.value;
    this.value = `${value}`;
    if (this.value === before) return;
    this.dispatchEvent(new Event('input', { bubbles: true }));
    this.dispatchEvent(new Event('change', { bubbles: true }));
  }

  readonly #press = (event: KeyboardEvent): void => {
    const values: Readonly<Record<string, number>> = {
      ArrowLeft: this.#value - 1,
      ArrowDown: this.#value - 1,
      ArrowRight: this.#value + 1,
      ArrowUp: this.#value + 1,
      Home: 0,
      End: most,
    };
    const value = values[event.key];
    if (value === undefined) return;
    event.preventDefault();
    this.#choose(value);
  };

  readonly #click = ({ offsetX }: MouseEvent): void => this.#choose(Math.ceil((offsetX / this.clientWidth) * most));
}

customElements.define('star-rating', StarRating);
