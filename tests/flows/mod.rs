mod digest;
mod home;
mod imports;
mod intake;
mod partners;
mod setup;
mod status;
