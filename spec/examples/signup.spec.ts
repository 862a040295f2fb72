import { expect } from 'chai';
import { openPage, type TestPage } from 'troupe/testing';
import { Signup } from '../../examples/09-signup/signup.js';

describe('the example signup', () => {
  let page: TestPage;
  const button = (name: string) => page.getByRole('button', { name });
  const alert = () => [...page.getByRole('alert').querySelectorAll('li')].map(({ textContent }) => textContent);

  beforeEach(async () => {
    page = await openPage(Signup);
  });
  afterEach(() => page.close());

  /** Waits for the answer about the name, which takes real time. */
  async function answered(): Promise<void> {
    for (let time = 0; /Asking/.test(page.text()) && time < 100; time++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      await page.rest();
    }
  }

  it('says what is wrong, in the order of the fields, and goes on when it is right', async () => {
    await page.type(page.getByLabelText('Name'), 'ada');
    await page.click(button('Add a member'));
    await page.click(button('Sign up'));
    await answered();
    expect(alert()).to.deep.equal([
      'Name: ada is taken. Try ada3.',
      'E-mail: This is no e-mail address.',
      'Password: A password has eight characters at least.',
      'Member: This is no e-mail address.',
      'Rules: Please agree to the rules.',
    ]);
    await page.type(page.getByLabelText('Name'), '3');
    await page.type(page.getByLabelText('E-mail'), 'ada@example.com');
    await page.type(page.getByLabelText('E-mail of member 1'), 'grace@example.com');
    await page.type(page.getByLabelText('Password'), 'analytical');
    await page.click(page.getByLabelText('I agree to the rules'));
    await page.click(button('Sign up'));
    await answered();
    expect(page.text()).to.include('Welcome, ada3').and.include('and to 1 more');
  });

  it('never shows the password, nor warns that it is in another field', async () => {
    const warnings: string[] = [];
    const warn = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', warn);
    await page.type(page.getByLabelText('Password'), 'analytical engine');
    await page.type(page.getByLabelText('E-mail'), 'ada@example.com');
    await page.click(button('Sign up'));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', warn);
    expect(page.html()).to.not.include('analytical engine');
    expect(warnings).to.deep.equal([]);
  });
});
