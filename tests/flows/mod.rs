mod digest;
<<<<<<< HEAD
mod home;
=======
mod foreign;
>>>>>>> main
mod imports;
mod intake;
mod partners;
mod setup;
mod status;
