mod digest;
mod foreign;
mod home;
mod imports;
mod intake;
mod partners;
mod setup;
mod status;
